using System.Collections.Immutable;
using Buildit.Core.Containers;
using Buildit.Core.Differences;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Core.Trees;

namespace Buildit.Core.Explanations;

/// <summary>Puts what changed between two image keys into words.</summary>
/// <param name="container">The container as it is now.</param>
/// <param name="placeOf">The step that brings a path of the container's own, or null.</param>
public sealed class ImageCauses(Container container, Func<string, SourceSpan?> placeOf)
{
    /// <summary>Everything that changed.</summary>
    public ImmutableArray<Cause> Between(Preimage old, Preimage @new) => [.. InputDiff.Between(old, @new).SelectMany(Of)];

    private IEnumerable<Cause> Of(InputChange change) => change.Kind switch
    {
        "container" => [Make(change, "container.yaml") with { IsText = true, Place = Place.Of(FirstDifference(change.Old?.Value ?? "")) }],
        "files" when change.IsChange => Files(change.Old!.Value, change.New!.Value),
        "part" => [Make(change, $"package {change.Name.Replace(" ", " (", StringComparison.Ordinal)})")],
        "sbom" => [Make(change, $"what files for scanners say of {change.Name}")],
        // Follows from the files, which are told one by one.
        "declared" => [],
        "date" when change.IsChange => [Make(change, "source date") with { Old = CauseWords.Time(change.Old!.Value), New = CauseWords.Time(change.New!.Value) }],
        "format" => [Make(change, "the format of images")],
        var kind => [Make(change, kind)],
    };

    private Cause Make(InputChange change, string what) =>
        new(container.DisplayName, change.Kind, change.Name, change.Old is null ? Became.Added : change.New is null ? Became.Removed : Became.Changed) { What = what, Old = change.Old?.Value, New = change.New?.Value };

    private IEnumerable<Cause> Files(string old, string @new)
    {
        foreach (var change in FileDiff.Between(Tree.Parse(old).Entries, Tree.Parse(@new).Entries))
        {
            var became = change.Old is null ? Became.Added : change.New is null ? Became.Removed : Became.Changed;
            var told = change.Aspects.Where(a => a.Name is not ("content" or "size")).ToArray();
            yield return new(container.DisplayName, "files", "/" + change.Path, became)
            {
                What = $"/{change.Path}",
                Old = told.Length == 0 ? null : string.Join(", ", told.Select(a => $"{a.Name} {a.Old}")),
                New = told.Length == 0 ? null : string.Join(", ", told.Select(a => $"{a.Name} {a.New}")),
                Place = placeOf(change.Path) is { } span ? Place.Of(span) : null,
            };
        }
    }

    private SourceSpan FirstDifference(string old)
    {
        var text = container.Text.Text;
        return container.Text.At(text.LastIndexOf('\n', Math.Max(0, text.AsSpan().CommonPrefixLength(old) - 1)) + 1);
    }
}
