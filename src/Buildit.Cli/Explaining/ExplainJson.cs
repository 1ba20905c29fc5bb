using System.Text.Json;
using Buildit.Core.Containers;
using Buildit.Core.Planning;

namespace Buildit.Cli.Explaining;

/// <summary>Explanations for programs; docs/cli.md says what each member means.</summary>
internal sealed class ExplainJson(Session session, Utf8JsonWriter json)
{
    /// <summary>Writes one explanation as an object.</summary>
    public void Write(TargetExplanation explanation)
    {
        json.WriteStartObject();
        json.WriteString("target", explanation.Plan.Graph.Target.Written);
        json.WriteString("name", explanation.Plan.Graph.DisplayName);
        json.WriteBoolean("done", explanation.Plan.IsDone);
        json.WriteNumber("reused", explanation.Plan.Plan.Totals.Reused);
        json.WriteNumber("downloaded", explanation.Plan.Plan.Totals.Downloaded);
        json.WriteStartArray("packages");
        foreach (var package in explanation.Packages)
        {
            Write(package);
        }

        json.WriteEndArray();
        json.WriteStartArray("images");
        foreach (var image in explanation.Images)
        {
            Write(image);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(PackageReason reason)
    {
        var package = reason.Step.Package;
        json.WriteStartObject();
        json.WriteString("package", package.Name);
        json.WriteString("version", package.Version);
        json.WriteString("hash", package.Key.Uuid);
        json.WriteString("key", package.Key.Digest.Hex);
        json.WriteString("step", reason.Step switch { PlanStep.Import => "import", PlanStep.Make => "make", PlanStep.CutOff => "cut-off", _ => "build" });
        json.WriteString("reason", reason.Why switch { { IsFirst: true } => "first", { IsLost: true } => "lost", { Follows: true } => "follows", _ => "changed" });
        json.WriteBoolean("mayBeCutOff", reason.MayBeCutOff);
        json.WriteString("comparedWith", reason.Why.Nearest?.Record.RecipeKey.Digest.Hex);
        CauseJson.Write(json, reason.Why.Causes);
        json.WriteEndObject();
    }

    private void Write(ImageReason reason)
    {
        json.WriteStartObject();
        json.WriteString("path", session.Workspace.Display(reason.Image.Path));
        json.WriteString("type", reason.Image.Step.Format.Name());
        json.WriteString("step", reason.Image.Word);
        json.WriteString("reason", reason switch { { Image.IsThere: true } or { Image.IsShared: true } => "none", { IsFirst: true } => "first", { Causes.IsEmpty: false } => "changed", { Image.Preimage: null } => "follows", _ => "lost" });
        CauseJson.Write(json, reason.Causes);
        json.WriteEndObject();
    }
}
