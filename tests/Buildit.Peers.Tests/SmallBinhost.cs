using System.Diagnostics;
using System.Text;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>
/// A binhost with a few small packages and an image of them, made once by somebody with a home and a store of his own; and users with other homes and stores, who trust him, and who
/// have the tools to build these packages themselves, but none of the packages.
/// </summary>
public sealed class SmallBinhost : IAsyncLifetime, IDisposable
{
    /// <summary>What the package 'test/big' has to be read for: longer than a test needs to do something meanwhile.</summary>
    public const int SlowRate = 300_000;

    private const string Tools = "needs: {tools: [debian/dash, debian/coreutils, debian/findutils, debian/tar]";
    private readonly TemporaryDirectory _directory = new();
    private readonly string _mark = Guid.NewGuid().ToString("N");
    private int _users;

    /// <summary>The directory of the binhost; tests leave it as it is, and change copies.</summary>
    public string Place => Path.Combine(_directory, "bin");

    /// <summary>The public key of who has made it.</summary>
    public string Key => Path.Combine(_directory, "builder/.config/buildit/keys/default.pub");

    private string Tooled => Path.Combine(_directory, "tooled");

    public async Task InitializeAsync()
    {
        var builder = User("builder", Path.Combine(_directory, "builder-store"), $"url: '{Place}'");
        await builder.MustAsync("key", "new");
        await builder.MustAsync("test/warm");
        CopyStore(builder.Store, Tooled);
        await builder.MustAsync("containers/small", "--push");
        await builder.MustAsync("push", "test/big");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>A user who can build, with binhosts to read from, in order; their keys are the builder's.</summary>
    public SmallBinhostUser User(params (string Name, string Url)[] binhosts)
    {
        var name = FormattableString.Invariant($"user-{Interlocked.Increment(ref _users)}");
        var store = Path.Combine(_directory, name + "-store");
        CopyStore(Tooled, store);
        return User(name, store, [.. binhosts.Select(b => $"name: {b.Name}, download: '{b.Url}', keys: ['{Key}']")]);
    }

    /// <summary>A copy of the binhost, to be damaged.</summary>
    public string Copy()
    {
        var copy = Path.Combine(_directory, FormattableString.Invariant($"copy-{Interlocked.Increment(ref _users)}"));
        Run("cp", "-r", Place, copy);
        return copy;
    }

    /// <summary>The record of a package in a copy.</summary>
    public static string RecordOf(string place, string package) => Directory.EnumerateFiles(Path.Combine(place, "records"), "*", SearchOption.AllDirectories).Single(f =>
        Path.GetFileName(f) != "catalog" && Statement(f).Contains($"\"package\":\"{package}\"", StringComparison.Ordinal));

    /// <summary>What a record says, as text.</summary>
    public static string Statement(string record) => Encoding.UTF8.GetString(System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(record)).RootElement.GetProperty("payload").GetBytesFromBase64());

    /// <summary>Blobs of the outputs that a record names.</summary>
    public static string[] LayersOf(string place, string package) =>
        [.. System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(RecordOf(place, package))).RootElement.GetProperty("layers").EnumerateArray()
            .Select(l => Path.Combine(place, "blobs/sha256", l.GetProperty("digest").GetString()!.Replace("sha256:", "", StringComparison.Ordinal)))];

    public void Dispose()
    {
        Run("chmod", "-R", "u+rwX", _directory);
        _directory.Dispose();
    }

    internal static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void CopyStore(string from, string to)
    {
        Run("cp", "-al", from, to);
        // What is written in place must not be shared.
        Run("sh", "-c", $"cd '{to}' && rm -f index.db* && cp '{from}'/index.db* .");
    }

    private SmallBinhostUser User(string name, string store, params string[] binhosts)
    {
        string Write(string path, string text) => _directory.Write(Path.Combine(name, path), text);
        Write(".buildit-config.yaml", $"recipes: ['{Repository.Root}/pkgs', ./pkgs]\nbinhosts:\n{string.Concat(binhosts.Select(b => $"  - {{{(b.StartsWith("name", StringComparison.Ordinal) ? b : "name: shared, " + b)}}}\n"))}");
        Write("pkgs/test/warm/pkg.yaml", $"name: warm\nversions: {{1.0: {{}}}}\n{Tools}}}\nbuild:\n  install: echo warm > \"$OUTPUT/warm\"\n");
        Write("pkgs/test/lib/pkg.yaml", $"name: lib\nversions: {{1.0: {{}}}}\n{Tools}}}\nbuild:\n  install: mkdir -p \"$OUTPUT/usr/include\" && echo lib {_mark} > \"$OUTPUT/usr/lib.txt\" && echo head {_mark} > \"$OUTPUT/usr/include/lib.h\"\n");
        Write("pkgs/test/app/pkg.yaml", $"name: app\nversions: {{1.0: {{}}}}\n{Tools}, runtime: [test/lib]}}\nbuild:\n  install: echo app {_mark} > \"$OUTPUT/app\"\n");
        Write("pkgs/test/user/pkg.yaml", $"name: user\nversions: {{1.0: {{}}}}\n{Tools}, libs: [test/lib]}}\nbuild:\n  install: cat /usr/lib.txt /usr/include/lib.h > \"$OUTPUT/user\"\n");
        Write("pkgs/test/big/pkg.yaml", $"name: big\nversions: {{1.0: {{}}}}\n{Tools}}}\nbuild:\n  install: mkdir -p \"$OUTPUT/opt\" && echo {_mark} > \"$OUTPUT/opt/mark\" && cat /usr/bin/* > \"$OUTPUT/opt/big\"\n");
        Write("containers/small/container.yaml", "- vars: {name: small, version: 1}\n- package: test/app\n- image: {type: oci, tag: 'small:1', compression: zstd}\n- image: {type: aci, compression: none}\n");
        return new(Path.Combine(_directory, name), store);
    }
}

/// <summary>Somebody with a home, a workspace and a store.</summary>
public sealed record SmallBinhostUser(string Home, string Store)
{
    private Dictionary<string, string> Environment => new() { ["HOME"] = Home, ["BUILDIT_STORE"] = Store };

    public Task<BuilditResult> RunAsync(params string[] arguments) => BuilditProcess.RunAsync(Home, Environment, arguments);

    /// <summary>Runs what must succeed.</summary>
    public async Task<BuilditResult> MustAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException(result.ToString());
    }

    public Process Start(params string[] arguments) => BuilditProcess.Start(Home, Environment, arguments);
}
