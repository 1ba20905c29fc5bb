using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Build.Planning;
using Buildit.Cli.Building;
using Buildit.Cli.Registries;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Archives;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Differences;
using Buildit.Core.Explanations;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Images.Reading;

namespace Buildit.Cli.Comparing;

/// <summary>Finds out what the arguments of a comparison name: a target, a HASH, a record, an image.</summary>
/// <param name="start">Absolute directory that relative paths count from.</param>
/// <param name="open">Gives the session for a workspace; it is closed by whoever gives it.</param>
/// <param name="verbs">Names of commands, for whoever mistyped one.</param>
internal sealed class SideReader(string start, Func<Workspace, Session> open, Func<IEnumerable<string>> verbs)
{
    private const int LargestRecord = 16 << 20;

    /// <summary>Reads one of the two; a directory wins over a file, a file over a HASH, and that over the name of a package.</summary>
    public Side Read(string written, CancellationToken cancel)
    {
        var path = Path.GetFullPath(written, start);
        if (Directory.Exists(path) && ImageReader.IsLayout(path))
        {
            return OfImage(path, written, cancel);
        }

        if (File.Exists(path))
        {
            return OfFile(path, written, cancel);
        }

        return !Directory.Exists(path) && HashPattern.TryParse(written, out var pattern) ? OfHash(pattern, written) : OfTarget(Target.Find(start, written, verbs()));
    }

    private Session Here() => open(Workspace.Find(start, start, new DiagnosticBag()));

    private Side.ImageSide OfImage(string path, string written, CancellationToken cancel) =>
        new(new ImageReader(Here().Store.Scratch).Read(path, written, cancel)) { Written = written };

    private Side OfFile(string path, string written, CancellationToken cancel)
    {
        using (var file = File.OpenRead(path))
        {
            var first = file.ReadByte();
            if (first != '{' || file.Length > LargestRecord)
            {
                return OfImage(path, written, cancel);
            }
        }

        var record = RecordFormat.Read(File.ReadAllBytes(path))
            ?? throw new BuilditException(ExitCode.InvalidInput, $"'{written}' is neither a record nor an image", "records are in-toto statements in DSSE envelopes, as buildit keeps them; images are .aci files and OCI layouts");
        return OfRecord(record, Here(), written);
    }

    private Side.PackageSide OfHash(HashPattern pattern, string written)
    {
        var session = Here();
        var found = session.Store.Index.FindKeys(pattern.Glob).Where(k => pattern.Matches(k.Key)).ToArray();
        return found switch
        {
            [var (key, _)] => OfRecord(session.Store.Index.FindRecord(key) is { } blob ? session.History.Read(blob)?.Record : null, session, written),
            [] => throw new BuilditException(ExitCode.Unresolvable, $"no package in the store has a HASH that begins with '{written}'", "'buildit explain TARGET' and building show HASHes"),
            _ => throw new BuilditException(ExitCode.InvalidInput, $"'{written}' is the beginning of several HASHes", "it may be " + string.Join(", ", found.Select(f => $"{f.Key.Uuid} ({f.Package})"))),
        };
    }

    private static Side.PackageSide OfRecord(Record? record, Session session, string written)
    {
        if (record is null || session.History.Preimage(record.RecipeKey.Digest) is not { } preimage)
        {
            throw new BuilditException(ExitCode.Missing, $"what '{written}' was made from is not in the store '{session.Workspace.StoreDirectory}'", "compare it where it was built");
        }

        return OfPackage(new(record.Package, preimage) { Record = record }, record, session, written);
    }

    private static Side.PackageSide OfPackage(Subject subject, Record? record, Session session, string written)
    {
        var name = record is null ? subject.Package!.DisplayName : record.Version.Length == 0 ? record.Package : $"{record.Package}-{record.Version}";
        var outputs = record?.Outputs.ToImmutableSortedDictionary(o => o.Key, o => new OutputFiles(o.Value, session.Store.FindTree(o.Value)), StringComparer.Ordinal);
        var isWhole = outputs?.Values.All(o => o.Tree is not null) == true;
        return new(subject, name, record?.RecipeKey ?? subject.Package!.Key, isWhole ? outputs : null) { Written = written };
    }

    private Side OfTarget(Target target)
    {
        var session = open(Workspace.Find(start, target.Path, new DiagnosticBag()));
        if (target is Target.ContainerDirectory directory)
        {
            return OfContainer(ContainerInputs.Read(session, directory), session, target.Written);
        }

        var package = TargetGraph.Read(session, target).Packages[0].Package;
        var record = session.Records.Find(package, Need.Record);
        return OfPackage(Subject.Of(package) with { Record = record }, record, session, target.Written);
    }

    private static Side.ContainerSide OfContainer(ContainerInputs inputs, Session session, string written)
    {
        Package[] packages = [.. inputs.Graph.Packages.Select(p => p.Package)];
        var there = new StoreAvailability(session.Store, session.Records, PackageGraph.Of(packages));
        var closure = RuntimeClosure.Of(packages, inputs.Graph.Excluded, p => there.Find(p, Need.Run));
        var subjects = packages.DistinctBy(p => p.Name).ToImmutableSortedDictionary(p => p.Name, Subject.Of, StringComparer.Ordinal);
        var own = FilesOf(inputs.Files.Entries.Select(e => (e.Entry, e.Open)));
        return closure.Missing is [var absent, ..]
            ? new(inputs.Container, subjects, own, null, absent.DisplayName) { Written = written }
            : new(inputs.Container, subjects, own, FilesOf((Composition.Of(inputs, closure.Packages) with { Below = BaseOf(inputs.Container, session) }).Compose(session, new()).Entries.Select(e => (e.Entry, e.Open))), null) { Written = written };
    }

    /// <summary>What an image of the container stands on, if the store has it: it was put there when the image was made.</summary>
    private static BaseImage? BaseOf(Container container, Session session) => container.Steps.OfType<Step.Image>().FirstOrDefault(i => i.Base?.Digest is not null) is { Base: { Digest: { } digest } below }
        ? Task.Run(() => new StoredImages(session.Store).FindAsync(digest, below.Name, $"the base image '{below.Unpinned}'", container.Platform, CancellationToken.None)).GetAwaiter().GetResult()
        : null;

    private static FileSet FilesOf(IEnumerable<(TreeEntry Entry, Func<Stream> Open)> files)
    {
        var byPath = files.ToDictionary(f => f.Entry.Path, StringComparer.Ordinal);
        return new([.. byPath.Values.Select(f => f.Entry)], Elf);

        ElfFile? Elf(TreeEntry entry)
        {
            using var file = byPath[entry.Path].Open();
            return ElfReader.TryRead(file);
        }
    }
}
