using System.Diagnostics;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>A small workspace with the checkout's distribution and toolchain, and recipes of the test. Builds of its recipes take less than a second.</summary>
internal sealed class Workspace : IDisposable
{
    /// <summary>What a build needs at least; small enough for a store of a test's own.</summary>
    public const string FewTools = "[debian/dash, debian/coreutils, debian/findutils, debian/tar]";

    /// <summary>What a container needs at least to be built: one image, without compression.</summary>
    public const string OciImage = "- image: {type: oci, tag: 'small:1', compression: none}\n";

    private readonly TemporaryDirectory _directory = new();

    public Workspace()
    {
        Write(".buildit-config.yaml", "recipes: [./pkgs]\n");
        foreach (var file in new[] { "debian/distribution.yaml", "debian/keyring.gpg", "debian/packages.lock", "toolchain/c/pkg.yaml", "styles/copy.yaml" })
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(In("pkgs/" + file))!);
            File.Copy(System.IO.Path.Combine(Repository.Root, "pkgs", file), In("pkgs/" + file));
        }
    }

    public string Path => _directory.Path;

    /// <summary>The workspace with the recipe of the libraries that 'verify --vary' shows programs another machine with.</summary>
    public Workspace WithVary()
    {
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "pkgs/buildit"), "*", SearchOption.AllDirectories))
        {
            Write(System.IO.Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file));
        }

        return this;
    }

    /// <summary>The store of its runs; tests that damage or fill one set their own.</summary>
    public string Store { get; set; } = Repository.SharedStore;

    /// <summary>Added to a clean environment.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Text that no run before has seen: what holds it is not in any store.</summary>
    public static string Fresh() => Guid.NewGuid().ToString("N");

    public string In(string path) => System.IO.Path.Combine(Path, path);

    public string Write(string path, string text) => _directory.Write(path, text);

    /// <summary>Replaces text in a file; fails if it is not there.</summary>
    public void Edit(string path, string from, string to)
    {
        var text = File.ReadAllText(In(path));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Write(path, text.Replace(from, to, StringComparison.Ordinal));
    }

    /// <summary>Writes pkgs/test/NAME/pkg.yaml with these phases (indented by two) and further keys.</summary>
    public Workspace Recipe(string name, string install, string more = "", string tools = "[toolchain/c]")
    {
        var script = string.Concat(install.ReplaceLineEndings("\n").TrimEnd().Split('\n').Select(l => $"    {l}\n"));
        Write($"pkgs/test/{name}/pkg.yaml", $"name: {name}\n{(more.Contains("versions:", StringComparison.Ordinal) ? "" : "versions: {1.0: {}}\n")}needs: {{tools: {tools}}}\n{more}build:\n  install: |\n{script}");
        return this;
    }

    /// <summary>Writes containers/small/container.yaml.</summary>
    public Workspace Container(string steps)
    {
        Write("containers/small/container.yaml", "- vars: {name: small, version: 1}\n" + steps);
        return this;
    }

    /// <summary>Gives the workspace a store of its own. Downloads that the shared one has are there already: that they can be fetched is tested elsewhere.</summary>
    public Workspace WithOwnStore()
    {
        Store = In("store");
        Directory.CreateDirectory(System.IO.Path.Combine(Store, "blobs"));
        var blobs = System.IO.Path.Combine(Repository.SharedStore, "blobs", "sha256");
        if (Directory.Exists(blobs))
        {
            Run.Shell($"cp -al '{blobs}' '{Store}/blobs/' || true");
        }

        return this;
    }

    public Task<BuilditResult> BuildAsync(params string[] arguments) => Run.ToEndAsync(this, arguments);

    /// <summary>Builds what must succeed.</summary>
    public async Task<BuilditResult> MustBuildAsync(params string[] arguments) => (await BuildAsync(arguments)).Succeeds();

    public Process Start(params string[] arguments) => BuilditProcess.Start(Path, new Dictionary<string, string>(Environment) { ["BUILDIT_STORE"] = Store }, arguments);

    public void Dispose() => _directory.Dispose();
}
