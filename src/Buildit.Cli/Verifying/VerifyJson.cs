using System.Text.Json;
using Buildit.Build.Verification;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Json;
using Buildit.Core.Verification;

namespace Buildit.Cli.Verifying;

/// <summary>What a run found out as JSON. docs/reproducibility.md describes its fields.</summary>
internal static class VerifyJson
{
    public static string Write(VerifyResults results) => JsonText.Of(w =>
    {
        w.WriteStartObject();
        Array(w, "packages", results.Packages, Verdict);
        Array(w, "images", results.Images, Image);
        Array(w, "comparisons", results.Comparisons, Comparison);
        w.WriteEndObject();
    });

    private static void Verdict(Utf8JsonWriter w, Verdict verdict)
    {
        w.WriteString("package", verdict.Package.DisplayName);
        w.WriteString("recipeKey", verdict.Package.Key.ToString());
        w.WriteString("result", VerifyReport.Word(verdict.Outcome));
        w.WriteNumber("builds", verdict.Builds);
        JsonDocuments.Texts(w, "varied", verdict.Varied.Select(v => v.Name));
        Array(w, "outputs", verdict.Differences, Output);
        Array(w, "causes", verdict.Causes, Cause);
        Text(w, "remark", verdict.Remark);
        Text(w, "failure", verdict.Failure?.Diagnostics[0].Message);
        Text(w, "kept", verdict.Kept);
        if (!verdict.Reports.IsEmpty)
        {
            w.WriteStartObject("diffoscope");
            foreach (var (output, report) in verdict.Reports)
            {
                w.WriteString(output, report);
            }

            w.WriteEndObject();
        }
    }

    private static void Cause(Utf8JsonWriter w, FoundCause cause)
    {
        w.WriteString("kind", cause.Kind.Word());
        w.WriteString("text", cause.Kind.Text());
        w.WriteString("cure", cause.Kind.Cure());
        JsonDocuments.Texts(w, "blamed", cause.Blamed.Select(v => v.Name));
    }

    private static void Output(Utf8JsonWriter w, OutputDifference output)
    {
        w.WriteString("output", output.Output);
        Text(w, "expected", output.Expected?.ToString());
        Text(w, "actual", output.Actual?.ToString());
        Array(w, "files", output.Files, File);
    }

    private static void File(Utf8JsonWriter w, FileDifference file)
    {
        w.WriteString("path", "/" + file.Path.Path);
        JsonDocuments.Texts(w, "changes", file.Path.Words);
        Array(w, "contents", file.Contents, Content);
    }

    private static void Content(Utf8JsonWriter w, ContentDifference content)
    {
        JsonDocuments.Texts(w, "within", content.Within);
        w.WriteNumber("offset", content.Offset);
        JsonDocuments.Texts(w, "sections", content.Sections);
        Text(w, "note", content.Note);
        JsonDocuments.Texts(w, "diff", content.Diff);
        if (content is { Diff.IsEmpty: true, Snippet: { } snippet })
        {
            w.WriteString("expected", snippet.Expected);
            w.WriteString("actual", snippet.Actual);
        }
    }

    private static void Image(Utf8JsonWriter w, ImageVerdict image)
    {
        w.WriteString("image", image.Name);
        w.WriteString("result", image.IsIdentical ? "identical" : "differs");
        Text(w, "expected", image.Expected?.ToString());
        w.WriteString("actual", image.Actual.ToString());
        Array(w, "contents", image.Places, Content);
    }

    private static void Comparison(Utf8JsonWriter w, Comparison comparison)
    {
        w.WriteString("package", comparison.Package.DisplayName);
        w.WriteString("recipeKey", comparison.Package.Key.ToString());
        w.WriteString("result", VerifyReport.Word(comparison.Agreement));
        Array(w, "origins", comparison.Answers, (json, answer) =>
        {
            json.WriteString("origin", answer.Origin);
            json.WriteString("result", VerifyReport.Word(answer.Agreement));
            Text(json, "trouble", answer.Trouble);
            Array(json, "outputs", answer.Differences, Output);
        });
    }

    private static void Array<T>(Utf8JsonWriter w, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        w.WriteStartArray(name);
        foreach (var item in items)
        {
            w.WriteStartObject();
            write(w, item);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter w, string name, string? text)
    {
        if (text is not null)
        {
            w.WriteString(name, text);
        }
    }
}
