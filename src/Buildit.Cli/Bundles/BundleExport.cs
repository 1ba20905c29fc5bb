using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Offline;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Bundles;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Core.Trust;
using Buildit.Store;
using Buildit.Store.Bundles;
using Buildit.Store.Files;
using Buildit.Store.Trust;

namespace Buildit.Cli.Bundles;

/// <summary>What to bundle, as the command line says it.</summary>
/// <param name="Start">Absolute directory that paths count from.</param>
/// <param name="Targets">What it is for.</param>
/// <param name="File">Absolute path of the bundle.</param>
/// <param name="WithOutputs">Whether what is built goes into it as well.</param>
/// <param name="Key">Name or file of the key that signs; null = the user's own.</param>
internal sealed record BundleRequest(string Start, IReadOnlyList<string> Targets, string File, bool WithOutputs, string? Key);

/// <summary>Makes a bundle: gets everything that the targets are built from, gathers it with what people wrote, signs the list of it, and writes one file.</summary>
internal sealed class BundleExport(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    /// <summary>Makes it; gives the exit code.</summary>
    public async Task<int> RunAsync(BundleRequest request, CancellationToken cancel)
    {
        var targets = request.Targets.Select(t => Target.Find(request.Start, t, verbs())).ToArray();
        var workspace = await WorkspaceOfAsync(request.Start, targets, cancel);
        using var key = workspace.Binhosts.Keys.Open(request.Key) ?? throw new BuilditException(ExitCode.InvalidInput, "there is no key to sign the bundle with", "make one with 'buildit key new', and give its fingerprint to whoever will import the bundle");
        var progress = new Progress(terminal);
        using var session = new Session(workspace, new() { KeepGoing = true, SourceMirrors = workspace.Config.Mirrors }, progress.Take, progress.Binhosts.Take);
        var inputs = new List<TargetInputs>();
        foreach (var target in targets)
        {
            var read = await TargetInputs.ReadAsync(session, terminal, target, cancel);
            terminal.Line($"Fetching what {read.Graph.DisplayName} is built from");
            await read.FetchAsync(session, terminal, progress, sourcesOnly: false, cancel);
            inputs.Add(read);
        }

        var parts = request.File + ".parts";
        try
        {
            var content = new BundleContent(session, inputs, [request.File, parts, workspace.StoreDirectory, Settings.UserDirectory()]);
            var files = content.Gather(request.WithOutputs ? await OutputsAsync(request, parts, cancel) : null, KeysOf(workspace, key));
            await WriteAsync(session, content.Targets, files, key, request.File, cancel);
            return 0;
        }
        finally
        {
            WorkDirectory.TryDelete(parts);
        }
    }

    private async Task<Workspace> WorkspaceOfAsync(string start, Target[] targets, CancellationToken cancel)
    {
        var workspaces = new List<Workspace>();
        foreach (var target in targets)
        {
            workspaces.Add(await TreeCheckouts.FindWorkspaceAsync(start, target.Path, LookupPolicy.Free, terminal, cancel));
        }

        return workspaces.All(w => w.RecipeTrees.SequenceEqual(workspaces[0].RecipeTrees)) ? workspaces[0] : throw new BuilditException(
            ExitCode.InvalidInput, "the targets have different recipe trees", "make a bundle for each of them");
    }

    /// <summary>Builds what is not built, and pushes it to a directory of the bundle's own.</summary>
    private async Task<string> OutputsAsync(BundleRequest request, string parts, CancellationToken cancel)
    {
        var binhost = Path.Combine(parts, "bundle");
        await new BuildRun(terminal.WithoutData(), verbs).RunAsync(
            new(request.Start, request.Targets, Path.Combine(parts, "images"), Enum.GetValues<ImageFormat>(), null, LookupPolicy.Free, new())
            {
                PushDirectory = binhost,
                PushChoices = new(request.Key, Sources: false, Logs: false, Sboms: false),
            },
            cancel);
        return binhost;
    }

    /// <summary>The key that signs, and those of others, whose signatures some records may have kept.</summary>
    private static ImmutableArray<PublicKey> KeysOf(Workspace workspace, SigningKey key) =>
        [.. workspace.Binhosts.All.SelectMany(workspace.Binhosts.KeysOf).Prepend(key.Public).DistinctBy(k => k.Id).OrderBy(k => k.Id)];

    private async Task WriteAsync(Session session, ImmutableArray<string> targets, BundleFiles files, SigningKey key, string file, CancellationToken cancel)
    {
        var tree = files.Tree();
        var statement = key.Sign(new BundleStatement(targets, Digest.Of(Encoding.UTF8.GetBytes(tree.Print())), key.Public).Seal(), session.Store.Index);
        terminal.Status("  writing the bundle");
        Digest digest = default;
        await AtomicFile.WriteAsync(file, async output =>
        {
            await using var hashed = new HashingStream(output, System.Security.Cryptography.HashAlgorithmName.SHA256);
            await session.Compressor("zstd")!.CompressAsync(stream => BundleWriter.Write(stream, statement, tree, files.Open), hashed, cancel);
            digest = Digest.FromHash(hashed.GetHash());
        });
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"Bundled {tree.Entries.Count(e => e.Kind == EntryKind.File)} files ({ByteCount.Show(tree.Entries.Sum(e => e.Size))}) for {string.Join(", ", targets)}, signed by {key.Public.Id.Hex}"));
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, "buildit.dll")))
        {
            terminal.Note("the program in it needs the .NET runtime 10 where the bundle is used; with clang or gcc here, it would be native code that needs nothing");
        }

        terminal.Data($"{file} {digest}");
    }
}
