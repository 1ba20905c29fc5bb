using System.Text.Json;
using Buildit.Build.Engine;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Json;

namespace Buildit.Cli.Consoles;

/// <summary>What is told while something runs, for programs (<c>--progress json</c>): an object on each line of standard error. docs/cli.md says what each member means.</summary>
internal static class EventJson
{
    /// <summary>An object as one line.</summary>
    public static string Line(Action<Utf8JsonWriter> members) => JsonText.LineOf(json =>
    {
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    });

    /// <summary>A line of talk, as people would see it.</summary>
    public static void WriteTalk(Utf8JsonWriter json, string text, string? state)
    {
        json.WriteString("event", "talk");
        json.WriteString("text", text);
        if (state is not null)
        {
            json.WriteString("state", state);
        }
    }

    /// <summary>An error or a warning.</summary>
    public static void Write(Utf8JsonWriter json, Diagnostic diagnostic)
    {
        json.WriteString("event", diagnostic.Severity == Severity.Error ? "error" : "warning");
        json.WriteString("message", diagnostic.Message);
        if (diagnostic.Span is { } span)
        {
            json.WriteString("file", span.Source.Path);
            json.WriteNumber("line", span.Line);
            json.WriteNumber("column", span.Column);
        }

        WriteIfThere(json, "detail", diagnostic.Detail);
        WriteIfThere(json, "hint", diagnostic.Hint);
        if (diagnostic.Severity == Severity.Error)
        {
            json.WriteNumber("code", (int)diagnostic.Code);
        }
    }

    /// <summary>A bug of buildit.</summary>
    public static void WriteBug(Utf8JsonWriter json, Exception e)
    {
        json.WriteString("event", "bug");
        json.WriteString("message", e.ToString());
    }

    /// <summary>What the engine tells; false for what is only of use on a progress line, and for what is told as a diagnostic.</summary>
    public static bool Tells(BuildEvent e) => e is not (BuildEvent.Fetching or BuildEvent.Warned or BuildEvent.Failed);

    /// <summary>Writes such an event.</summary>
    public static void Write(Utf8JsonWriter json, BuildEvent e)
    {
        switch (e)
        {
            case BuildEvent.Reused reused:
                Package(json, "reused", reused.Package);
                break;
            case BuildEvent.Pulled pulled:
                Package(json, "pulled", pulled.Package);
                WriteIfThere(json, "binhost", pulled.Binhost);
                break;
            case BuildEvent.CutOff cutOff:
                Package(json, "cut-off", cutOff.Package);
                break;
            case BuildEvent.Imported imported:
                Package(json, "imported", imported.Package);
                break;
            case BuildEvent.Fetched fetched:
                json.WriteString("event", "fetched");
                json.WriteString("name", fetched.Name);
                json.WriteNumber("bytes", fetched.Bytes);
                break;
            case BuildEvent.Building building:
                Package(json, "building", building.Package);
                json.WriteString("log", building.Log);
                break;
            case BuildEvent.Rebuilding again:
                Package(json, "rebuilding", again.Package);
                json.WriteString("conditions", again.Conditions);
                json.WriteString("log", again.Log);
                break;
            case BuildEvent.InPhase phase:
                Package(json, "phase", phase.Package);
                json.WriteString("phase", phase.Phase);
                break;
            case BuildEvent.Built built:
                Package(json, "built", built.Package);
                json.WriteNumber("seconds", Math.Round(built.Elapsed.TotalSeconds, 1, MidpointRounding.AwayFromZero));
                json.WriteString("log", built.Log);
                break;
            case BuildEvent.Skipped skipped:
                Package(json, "skipped", skipped.Package);
                JsonDocuments.Texts(json, "because", skipped.Because.Select(p => p.DisplayName));
                break;
            case BuildEvent.Waiting waiting:
                json.WriteString("event", "waiting");
                json.WriteString("name", waiting.What);
                json.WriteString("holder", waiting.Holder);
                break;
        }
    }

    private static void Package(Utf8JsonWriter json, string name, Package package)
    {
        json.WriteString("event", name);
        json.WriteString("package", package.DisplayName);
        json.WriteString("key", package.Key.ToString());
    }

    private static void WriteIfThere(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
