using System.Collections.Immutable;
using Buildit.Core.Graphs;
using Buildit.Core.Sboms;
using Buildit.Core.Trees;
using Buildit.Store.Archives;

namespace Buildit.Cli.Sboms;

/// <summary>License texts in the sources of a package. A source that is not in the store any more is fetched, so that the answer is the same everywhere.</summary>
internal sealed class SourceTexts(Session session)
{
    /// <summary>All of them, each text once, sorted by source and path.</summary>
    public async Task<ImmutableArray<SbomText>> OfAsync(Package.Built package, CancellationToken cancel)
    {
        var texts = ImmutableArray.CreateBuilder<SbomText>();
        foreach (var source in package.Recipe.Sources)
        {
            var prepared = await session.Sources.SourceAsync(source, cancel);
            var files = await Task.Run(() => new TarListing(session.Store.Scratch).Read(File.OpenRead(prepared.Path), $"source '{source.FileName}'", SbomTexts.IsLicense, cancel), cancel);
            texts.AddRange(files.Where(f => f.Text is { Length: > 0 }).OrderBy(f => f.Entry.Path, PathOrder.Instance)
                .Select(f => new SbomText(source.Name.Length == 0 ? f.Entry.Path : $"{source.Name}/{f.Entry.Path}", FoundText.Decode(f.Text!))));
        }

        return [.. texts.DistinctBy(t => t.Text)];
    }
}
