using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Buildit.Acceptance.Tests;

/// <summary>
/// A workspace that is never built: its distribution is made up, so that what is printed of it stays the same for good. There is no store, unless a test puts one there.
/// A container has an application with a library, a group of tools, a script, a test and an image.
/// </summary>
internal sealed class PlannedWorkspace : IDisposable
{
    private static readonly (string Name, string Depends)[] Debs = [("bubblewrap", "libc6"), ("coreutils", "libc6"), ("dash", "libc6"), ("gcc", "libc6"), ("libc6", "libgcc-s1"), ("libdeflate-tools", "libc6"), ("libgcc-s1", "libc6"), ("make", "libc6, dash")];

    public PlannedWorkspace()
    {
        Files = new();
        Files.Store = Files.In("no/store");
        Files.Write("pkgs/debian/distribution.yaml", "suite: bookworm\ncomponents: [main]\narchitecture: amd64\nkeyring: keyring.gpg\nmirrors: [https://user:secret@deb.example.org/debian]\n");
        Files.Write("pkgs/debian/packages.lock", string.Concat(Debs.Select(d =>
            string.Create(CultureInfo.InvariantCulture, $"Package: {d.Name}\nVersion: 1\nArchitecture: amd64\nFilename: pool/{d.Name}_1_amd64.deb\nSize: {DebOf(d.Name).Length}\nSHA256: {Sha256(DebOf(d.Name))}\nDepends: {d.Depends}\n\n"))));
        Files.Write("pkgs/toolchain/c/pkg.yaml", "name: c\nneeds: {runtime: [debian/gcc, debian/make]}\nlinks: {/usr/bin/cc: gcc}\n");
        Files.Recipe("lib", "make install", tools: "[toolchain/c]");
        Files.Recipe(
            "app",
            "make install",
            $"versions:\n  1.0:\n    sources: [{{url: 'https://example.org/app-1.0.tar.gz', sha256: {Sha256("source of app")}, mirrors: ['debian:app/app_1.0.orig.tar.gz']}}]\n    patches: [{{url: 'https://example.org/fix.patch', sha256: {Sha256("patch of app")}}}]\ntest: app --version\nsummary: An application\n",
            "[toolchain/c], libs: [test/lib]");
        Files.Container("- package: test/app\n- package: debian/dash\n- test: {command: [/usr/bin/app, --version]}\n- image: {type: oci, tag: 'small:1', compression: gzip}\n");
    }

    public Workspace Files { get; }

    /// <summary>Puts a file into the store as if it had been fetched.</summary>
    public string PutBlob(string text)
    {
        var path = Path.Combine(Files.Store, "blobs", "sha256", Sha256(text));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Files.Dispose();

    private static string DebOf(string name) => $"deb of {name}";

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
