using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>
/// Finds the hard links of a merged root again: names that were one file in their package and are all still that package's. The first name in path order is the
/// file, so that an unpacker always has it before its links.
/// </summary>
internal static class HardLinks
{
    internal static ImmutableArray<RootEntry> Restore(IEnumerable<RootEntry> entries)
    {
        var sources = new Dictionary<ImagePart, Dictionary<string, string>>(ReferenceEqualityComparer.Instance);
        var first = new Dictionary<(ImagePart Part, string Source), RootEntry>();
        var result = ImmutableArray.CreateBuilder<RootEntry>();
        foreach (var entry in entries)
        {
            if (entry is not { Part: { } part, Entry.Kind: EntryKind.File } || !Names(part).TryGetValue(entry.Entry.Path, out var source))
            {
                result.Add(entry);
            }
            else if (first.TryAdd((part, source), entry))
            {
                result.Add(entry);
            }
            else
            {
                var target = first[(part, source)].Entry.Path;
                result.Add(entry with { Entry = entry.Entry with { Kind = EntryKind.HardLink, Target = target, Size = 0, Content = default(Digest), Capabilities = null } });
            }
        }

        return result.ToImmutable();

        Dictionary<string, string> Names(ImagePart part)
        {
            if (!sources.TryGetValue(part, out var names))
            {
                sources[part] = names = SharedNames(part.Tree.Tree);
            }

            return names;
        }
    }

    /// <summary>Every name of a file that has several, with the name that the others link to.</summary>
    internal static Dictionary<string, string> SharedNames(Tree tree)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var link in tree.Entries.Where(e => e.Kind == EntryKind.HardLink))
        {
            names[link.Path] = link.Target!;
            names[link.Target!] = link.Target!;
        }

        return names;
    }
}
