using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Buildit.Build.Engine;
using Buildit.Build.Sandboxing;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Store;
using Buildit.Testing;

namespace Buildit.Build.Tests.Engine;

/// <summary>The real engine with a sandbox that only pretends: what a package's build does is a function by name.</summary>
internal sealed class EngineBench : ISandbox, IPackageSources, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PackageBuilder _builder;
    private readonly DebianImport _debian;

    public EngineBench(bool keepGoing = false)
        : this(null, keepGoing)
    {
    }

    /// <summary>A further process with the same store, as it were.</summary>
    public EngineBench(EngineBench other)
        : this(other.Store.Paths.Root, false)
    {
    }

    private EngineBench(string? store, bool keepGoing)
    {
        Store = ContentStore.Open(store ?? Path.Combine(_directory, "store"));
        Records = new(Store, Platform.LinuxAmd64);
        var options = new EngineOptions { KeepGoing = keepGoing, ParallelBuilds = 4 };
        _builder = new(Store, Records, this, this, new(Store), options, TimeProvider.System, Events.Add);
        _debian = new(Store, Records, this, _ => new(), Events.Add);
        Engine = new(Records, _builder, _debian, new(Store, Records), options, Events.Add);
        var shell = _directory.Write("sh", "#!");
        Shell = Samples.Group("toolchain/sh", new ResolvedFile("/usr/bin/sh", Digest.Of("#!"), true, shell));
    }

    public BuildEngine Engine { get; }

    public ContentStore Store { get; }

    public RecordKeeper Records { get; }

    public Package Shell { get; }

    public ConcurrentBag<BuildEvent> Events { get; } = [];

    /// <summary>Package name -> what its build does, given the directory that it installs to, before it succeeds.</summary>
    public ConcurrentDictionary<string, Func<string, CancellationToken, Task>> Does { get; } = new(StringComparer.Ordinal);

    public ConcurrentBag<string> Started { get; } = [];

    public Package.Built Package(string name, params Package[] libs) => Samples.Built(Samples.Recipe(name), [Shell], libs);

    public async Task<SandboxResult> RunAsync(SandboxRequest request, CancellationToken cancel)
    {
        if (!request.Environment.TryGetValue("NAME", out var name))
        {
            // The test of a package, which passes.
            return new(0, false);
        }

        Started.Add(name);
        var output = request.Mounts.Single(m => m.Inside == "/out").Host;
        var installed = Path.Combine(output, "root");
        Directory.CreateDirectory(installed);
        File.WriteAllText(Path.Combine(output, "status"), "phase install\n");
        try
        {
            if (Does.TryGetValue(name, out var work))
            {
                await work(installed, cancel);
            }
        }
        catch (InvalidOperationException)
        {
            return new(7, false);
        }

        File.WriteAllText(Path.Combine(installed, name.Replace('/', '-')), name);
        File.WriteAllBytes(Path.Combine(output, "manifest"), Encoding.UTF8.GetBytes(string.Concat(Directory.EnumerateFiles(installed).Select(f => $"f 644 1 1 {Path.GetFileName(f)}\0"))));
        File.AppendAllText(Path.Combine(output, "status"), "done\n");
        return new(0, false);
    }

    public Task<string> DebAsync(LockedPackage pin, CancellationToken cancel) => throw new NotSupportedException();

    public Task<PreparedSource> SourceAsync(ResolvedSource source, CancellationToken cancel) =>
        Task.FromException<PreparedSource>(new BuilditException(ExitCode.FetchFailed, $"no '{source.FileName}' anywhere"));

    public Task<string> PatchAsync(ResolvedPatch patch, CancellationToken cancel) => Task.FromResult(patch.LocalPath!);

    public void Dispose()
    {
        Engine.Dispose();
        _debian.Dispose();
        _builder.Dispose();
        Store.Dispose();
        _directory.Dispose();
    }
}
