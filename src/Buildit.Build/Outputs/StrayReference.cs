using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Trees;
using Buildit.Store;

namespace Buildit.Build.Outputs;

/// <summary>A path of the build that a file of a runtime output names, though it is not there at run time.</summary>
/// <param name="File">The file, as a path of its tree.</param>
/// <param name="Offset">Where in the file it stands first, in bytes.</param>
/// <param name="Count">How often something of this kind stands in the file.</param>
/// <param name="Path">The path that is named first.</param>
/// <param name="Tool">The package of the build's root that has the path; null for a directory that only a build has.</param>
public sealed record StrayReference(string File, long Offset, int Count, string Path, string? Tool)
{
    /// <summary>The warning about it.</summary>
    public Diagnostic Describe(string package)
    {
        var more = Count > 1 ? FormattableString.Invariant($", and {Count - 1} more like it") : "";
        var what = Tool is null ? "a path of its build" : $"a program of '{Tool}', which it does not need at run time";
        return new(
            FormattableString.Invariant($"'/{File}' of '{package}' names '{Path}' (at offset {Offset}{more}): {what}"),
            Hint: "keep it out when it is built, or declare the need; if it does no harm, add it to 'outputs: {runtime: {allow-references: [...]}}' of the recipe",
            Severity: Severity.Warning);
    }
}

/// <summary>What was found in the runtime output of a package when it was built, kept as a fact about the output, so that nobody has to look again.</summary>
public static class StrayReferences
{
    private const string Fact = "stray-references";

    /// <summary>Remembers what was found in an output.</summary>
    public static void Keep(StoreIndex index, Digest output, ImmutableArray<StrayReference> found)
    {
        if (!found.IsEmpty || index.FindFact(output, Fact) is not null)
        {
            index.AddFact(output, Fact, Print(found));
        }
    }

    /// <summary>The warnings about a package's output that was looked through here, but for what its recipe allows, and for programs that are there.</summary>
    public static IEnumerable<Diagnostic> Warnings(StoreIndex index, Package.Built package, Digest output, Func<string, bool> isThere) =>
        index.FindFact(output, Fact) is { } known ? Warnings(package, Parse(known).Where(r => r.Tool is null || !isThere(r.Path))) : [];

    /// <summary>The warnings about what was found, but for what the recipe allows.</summary>
    public static IEnumerable<Diagnostic> Warnings(Package.Built package, IEnumerable<StrayReference> found)
    {
        var allowed = package.Recipe.Outputs.AllowReferences.Select(PathGlob.Compile).ToArray();
        return found.Where(f => !allowed.Any(g => g.IsMatch(f.Path))).Select(f => f.Describe(package.DisplayName));
    }

    private static string Print(ImmutableArray<StrayReference> found)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var reference in found)
            {
                json.WriteStartArray();
                json.WriteStringValue(reference.File);
                json.WriteNumberValue(reference.Offset);
                json.WriteNumberValue(reference.Count);
                json.WriteStringValue(reference.Path);
                json.WriteStringValue(reference.Tool);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static ImmutableArray<StrayReference> Parse(string text)
    {
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.EnumerateArray().Select(r => new StrayReference(r[0].GetString()!, r[1].GetInt64(), r[2].GetInt32(), r[3].GetString()!, r[4].GetString()))];
    }
}
