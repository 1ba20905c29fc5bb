using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Graphs;
using Buildit.Core.Json;
using Buildit.Core.Planning;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Planning;

/// <summary>Plans for programs; docs/cli.md says what each member means.</summary>
internal sealed class PlanJson(Session session, Utf8JsonWriter json)
{
    /// <summary>Writes one plan as an object.</summary>
    public void Write(TargetPlan plan)
    {
        json.WriteStartObject();
        json.WriteString("target", plan.Graph.Target.Written);
        json.WriteString("name", plan.Graph.DisplayName);
        json.WriteString("platform", Platform.LinuxAmd64.ToString());
        json.WriteBoolean("done", plan.IsDone);
        json.WriteStartArray("steps");
        foreach (var step in plan.Plan.Steps)
        {
            Write(step);
        }

        WriteImages(plan);
        json.WriteEndArray();
        Write(plan.Plan.Totals);
        json.WriteEndObject();
    }

    private void Write(PlanStep step)
    {
        json.WriteStartObject();
        switch (step)
        {
            case PlanStep.Reuse:
                Start("reuse", step.Package);
                break;
            case PlanStep.Download:
                Start("download", step.Package);
                break;
            case PlanStep.CutOff cutOff:
                Start("cut-off", step.Package);
                json.WriteString("sameAs", cutOff.Same.RecipeKey.Digest.Hex);
                break;
            case PlanStep.Import import:
                Start("import", step.Package);
                WriteFile(Path.GetFileName(import.Pin.Path), import.Pin.Sha256, import.Pin.Size, session.Addresses.Of(import.Pin));
                json.WriteBoolean("fetch", import.IsFetched);
                break;
            case PlanStep.Make:
                Start("make", step.Package);
                break;
            case PlanStep.Fetch fetch:
                Start("fetch", step.Package);
                WriteFile(fetch.File.Name, fetch.File.Digest, null, session.Addresses.Of(fetch.File));
                break;
            case PlanStep.Build build:
                Start("build", step.Package);
                json.WriteBoolean("mayBeCutOff", build.MayBeCutOff);
                break;
        }

        json.WriteEndObject();
    }

    private void Start(string word, Package package)
    {
        json.WriteString("step", word);
        json.WriteString("package", package.Name);
        json.WriteString("version", package.Version);
        json.WriteString("hash", package.Key.Uuid);
        json.WriteString("key", package.Key.Digest.Hex);
    }

    private void WriteFile(string name, Digest digest, long? bytes, IEnumerable<string> addresses)
    {
        json.WriteString("file", name);
        json.WriteString("sha256", digest.IsEmpty ? null : digest.Hex);
        if (bytes is { } known)
        {
            json.WriteNumber("bytes", known);
        }
        else
        {
            json.WriteNull("bytes");
        }

        JsonDocuments.Texts(json, "urls", addresses.Select(Redaction.Of));
    }

    private void WriteImages(TargetPlan plan)
    {
        foreach (var below in plan.MissingBases(session.Store))
        {
            json.WriteStartObject();
            json.WriteString("step", "fetch");
            WriteFile(below.Unpinned, below.Digest!.Value, null, below.Registry is { } registry ? [registry.Text] : []);
            json.WriteEndObject();
        }

        foreach (var test in plan.Tests)
        {
            json.WriteStartObject();
            json.WriteString("step", "test");
            JsonDocuments.Texts(json, "command", test.Command);
            json.WriteEndObject();
        }

        foreach (var image in plan.Images)
        {
            json.WriteStartObject();
            json.WriteString("step", image.Word);
            json.WriteString("type", image.Step.Format.Name());
            json.WriteString("path", session.Workspace.Display(image.Path));
            json.WriteEndObject();
        }
    }

    private void Write(PlanTotals totals)
    {
        json.WriteStartObject("totals");
        json.WriteNumber("reuse", totals.Reused);
        json.WriteNumber("download", totals.Downloaded);
        json.WriteNumber("cutOff", totals.CutOff);
        json.WriteNumber("import", totals.Imported);
        json.WriteNumber("make", totals.Made);
        json.WriteNumber("build", totals.Built);
        json.WriteNumber("mayBeCutOff", totals.MayBeCutOff);
        json.WriteNumber("fetchDebs", totals.FetchedDebs);
        json.WriteNumber("fetchDebBytes", totals.FetchedDebBytes);
        json.WriteNumber("fetchFiles", totals.FetchedFiles);
        json.WriteEndObject();
    }
}
