using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Buildit.Core.Differences;

namespace Buildit.Cli.Comparing;

/// <summary>What a command did differently on two images.</summary>
/// <param name="Old">On the first.</param>
/// <param name="New">On the second.</param>
internal sealed record BehaviourDiff(Behaviour Old, Behaviour New)
{
    /// <summary>Files that differ in the end.</summary>
    public ImmutableArray<FileChange> Files { get; } = FileDiff.Between(Old.Files, New.Files);

    /// <summary>Whether nothing differs.</summary>
    public bool IsEqual => Files.IsEmpty && Old.ExitCode == New.ExitCode && Old.Output == New.Output && Old.Error == New.Error;

    /// <summary>For people.</summary>
    public IEnumerable<string> Lines(string old, string @new)
    {
        yield return $"--- {old}";
        yield return $"+++ {@new}";
        yield return Old.ExitCode == New.ExitCode
            ? string.Create(CultureInfo.InvariantCulture, $"exit code: equal ({Old.ExitCode})")
            : string.Create(CultureInfo.InvariantCulture, $"exit code: {Old.ExitCode} -> {New.ExitCode}");
        foreach (var (name, a, b) in new[] { ("stdout", Old.Output, New.Output), ("stderr", Old.Error, New.Error) })
        {
            yield return $"{name}: {(a == b ? "equal" : "different")}";
            foreach (var line in a == b ? [] : TextDiff.Excerpt(a, b))
            {
                yield return "  " + line;
            }
        }

        yield return $"files: {(Files.IsEmpty ? "equal" : "different")}";
        foreach (var change in Files)
        {
            yield return $"  /{change.Path}: {string.Join(", ", change.Words)}";
        }
    }

    /// <summary>For programs.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("equal", IsEqual);
        Write(json, "exitCode", Old.ExitCode == New.ExitCode, (name, b) => json.WriteNumber(name, b.ExitCode));
        Write(json, "stdout", Old.Output == New.Output, (name, b) => json.WriteString(name, b.Output));
        Write(json, "stderr", Old.Error == New.Error, (name, b) => json.WriteString(name, b.Error));
        json.WriteStartArray("files");
        foreach (var change in Files)
        {
            json.WriteStartObject();
            json.WriteString("path", "/" + change.Path);
            json.WriteString("change", change.Old is null ? "added" : change.New is null ? "removed" : "changed");
            json.WriteString("aspects", string.Join(", ", change.Words));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, string name, bool isEqual, Action<string, Behaviour> write)
    {
        json.WriteStartObject(name);
        json.WriteBoolean("equal", isEqual);
        write("old", Old);
        write("new", New);
        json.WriteEndObject();
    }
}
