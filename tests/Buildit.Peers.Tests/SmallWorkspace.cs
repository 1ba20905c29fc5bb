using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>A user with a home and a store of his own, and one small container to build that nobody has built before.</summary>
internal sealed class SmallWorkspace : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly string _mark;

    /// <param name="configuration">Of the binhosts.</param>
    /// <param name="mark">What the package holds; null = something new.</param>
    public SmallWorkspace(string configuration, string? mark = null)
    {
        _mark = mark ?? Guid.NewGuid().ToString("N");
        Configure(configuration);
        _home.Write("pkgs/test/app/pkg.yaml", $"name: app\nversions: {{1.0: {{}}}}\nneeds: {{tools: [debian/dash, debian/coreutils, debian/findutils, debian/tar]}}\nbuild:\n  install: |\n    echo {_mark} > \"$OUTPUT/app\"\n");
        _home.Write("containers/small/container.yaml", "- vars: {name: small, version: 1}\n- package: test/app\n- image: {type: oci, tag: 'small:1', compression: gzip}\n");
        Environment = new() { ["HOME"] = _home, ["PATH"] = System.Environment.GetEnvironmentVariable("PATH")! };
    }

    /// <summary>Of its runs, beyond a clean one.</summary>
    public Dictionary<string, string> Environment { get; }

    public string Home => _home;

    public void Configure(string configuration) => _home.Write(".buildit-config.yaml", $"recipes: [./pkgs, '{Repository.Root}/pkgs']\n{configuration}\n");

    /// <summary>Another user with the same recipes, and nothing in his store.</summary>
    public SmallWorkspace Other(string configuration)
    {
        var other = new SmallWorkspace(configuration, _mark);
        other.Environment["BUILDIT_STORE"] = Path.Combine(other._home, "store");
        foreach (var (name, value) in Environment.Where(e => e.Key != "HOME"))
        {
            other.Environment[name] = value;
        }

        return other;
    }

    /// <summary>Runs buildit, which must succeed.</summary>
    public async Task<BuilditResult> MustAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException(result.ToString());
    }

    public Task<BuilditResult> RunAsync(params string[] arguments) => BuilditProcess.RunAsync(_home, Environment, arguments);

    public void Dispose() => _home.Dispose();
}
