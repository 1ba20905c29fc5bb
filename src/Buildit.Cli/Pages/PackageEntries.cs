using System.Collections.Immutable;
using Buildit.Build.Sharing;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Trees;
using Buildit.Store;

namespace Buildit.Cli.Pages;

/// <summary>What pages say of a package.</summary>
/// <param name="Summary">Of its recipe.</param>
/// <param name="License">Of its recipe.</param>
/// <param name="Entry">Of its record.</param>
/// <param name="Trees">Its outputs.</param>
internal sealed record PageSubject(string Summary, string License, PackageEntry Entry, ImmutableArray<(string Output, Tree Tree)> Trees);

/// <summary>Puts together what pages say of packages.</summary>
internal sealed class PackageEntries(ContentStore store)
{
    /// <summary>Of a package whose outputs are in the store.</summary>
    public PageSubject Of(PushedPackage pushed)
    {
        var (package, record) = (pushed.Package.Package, pushed.Package.Record);
        ImmutableArray<(string Output, Tree Tree)> trees = [.. record.Outputs.Select(o => (o.Key, store.FindTree(o.Value)?.Tree)).Where(t => t.Item2 is not null).Select(t => (t.Key, t.Item2!))];
        var entry = new PackageEntry(
            package.Key.ToString(),
            package.Key.Uuid,
            record.Version,
            record.Platform.ToString(),
            [.. Preimage.Parse(package.Preimage).Of("use").Select(i => i.Name).Order(StringComparer.Ordinal)],
            [.. trees.Select(t => OutputOf(pushed, t.Output, t.Tree)).OfType<PageOutput>()],
            [.. record.RuntimeNeeds],
            // Outputs of other packages have the name of the package before them, and no address.
            [.. record.Materials.Where(m => m.Uri is not null || !m.Name.Contains('/', StringComparison.Ordinal)).Select(m => new PageSource(m.Name, m.Uri, m.Digest.ToString()))],
            [.. pushed.Envelope.Signatures.Select(s => s.KeyId).Where(k => Core.Digest.TryParse(k, out _)).Order(StringComparer.Ordinal)]);
        return package is Package.Built { Recipe: var recipe }
            ? new(recipe.Summary ?? "", recipe.License ?? "", entry, trees)
            : new(package is Package.Imported ? "distribution package" : "", "", entry, trees);
    }

    private static PageOutput? OutputOf(PushedPackage pushed, string name, Tree tree)
    {
        var diffId = pushed.Package.Record.Outputs[name];
        var files = tree.Entries.Where(e => e.Kind != EntryKind.Directory).ToArray();
        return pushed.Envelope.Layers.FirstOrDefault(l => l.DiffId == diffId) is { } form
            ? new(name, diffId.ToString(), files.Length, files.Where(f => f.Kind == EntryKind.File).Sum(f => f.Size), form.Digest.Hex, form.Size)
            : null;
    }
}
