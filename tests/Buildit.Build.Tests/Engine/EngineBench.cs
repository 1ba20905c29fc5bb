using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Buildit.Build.Engine;
using Buildit.Build.Sandboxing;
using Buildit.Build.Sharing;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Core.Trust;
using Buildit.Store;
using Buildit.Store.Binhosts;
using Buildit.Store.Trust;
using Buildit.Testing;

namespace Buildit.Build.Tests.Engine;

/// <summary>The real engine with a sandbox that only pretends: what a package's build does is a function by name.</summary>
internal sealed class EngineBench : ISandbox, IPackageSources, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PackageBuilder _builder;
    private readonly DebianImport _debian;

    public EngineBench(EngineOptions? engine = null, string? binhost = null, Func<TrustPolicy>? trust = null)
        : this(null, engine, binhost, trust)
    {
    }

    /// <summary>A further process with the same store, as it were.</summary>
    public EngineBench Again() => new(Store.Paths.Root, null, null, null);

    private EngineBench(string? store, EngineOptions? engine, string? binhost, Func<TrustPolicy>? trust)
    {
        Store = ContentStore.Open(store ?? Path.Combine(_directory, "store"));
        Records = new(Store, Platform.LinuxAmd64);
        var options = (engine ?? new()) with { ParallelBuilds = 4 };
        Binhosts = new(Store, binhost is null ? [] : [new("shared", new DirectoryPlace(binhost, TimeProvider.System), trust ?? (() => TrustPolicy.Nobody), null, new() { Patience = TimeSpan.FromMinutes(1) }, TimeProvider.System, Told.Enqueue)], TimeProvider.System, Told.Enqueue);
        var binhosts = new Substitution(Binhosts, Records, Events.Add);
        _builder = new(Store, Records, binhosts, this, new(this, null, Events.Add), new(Store), options, TimeProvider.System, Events.Add);
        _debian = new(Store, Records, this, Events.Add);
        Engine = new(Records, binhosts, _builder, _debian, new(Store, Records), options, Events.Add);
        var shell = _directory.Write("sh", "#!");
        Shell = Samples.Group("toolchain/sh", new ResolvedFile("/usr/bin/sh", Digest.Of("#!"), true, shell));
    }

    public BuildEngine Engine { get; }

    public BinhostSet Binhosts { get; }

    /// <summary>What binhosts told.</summary>
    public ConcurrentQueue<BinhostEvent> Told { get; } = [];

    /// <summary>Whether sources and logs are pushed as well.</summary>
    public bool PushesAll { get; set; }

    /// <summary>Pushes packages, all of them built here, to a directory.</summary>
    public async Task<PushReport> PushAsync(string directory, SigningKey? key, TrustPolicy trust, params Package[] packages)
    {
        var realised = await Engine.RealiseAllAsync(packages, Need.All, CancellationToken.None);
        var writer = new BinhostWriter("shared", new DirectoryPlace(directory, TimeProvider.System), new(), TimeProvider.System);
        return await new PackagePush(Store, Records, new(Store.Paths.Root, Store.VerifiedBlobPath), new TestGzip(), new TestGzip(), writer, new(key, trust, TimeProvider.System.GetUtcNow(), PushesAll, PushesAll))
            .PushAsync(realised, CancellationToken.None);
    }

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
        File.WriteAllBytes(Path.Combine(output, "manifest"), Encoding.UTF8.GetBytes(string.Concat(Directory.EnumerateFiles(installed, "*", SearchOption.AllDirectories).Select(f => $"f 644 1 1 {Path.GetRelativePath(installed, f)}\0"))));
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
        Binhosts.Dispose();
        _debian.Dispose();
        _builder.Dispose();
        Store.Dispose();
        _directory.Dispose();
    }
}
