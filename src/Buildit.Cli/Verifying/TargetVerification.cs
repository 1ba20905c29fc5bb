using Buildit.Build.Actions;
using Buildit.Build.Engine;
using Buildit.Build.Verification;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Locks;
using Buildit.Core.Records;

namespace Buildit.Cli.Verifying;

/// <summary>Makes the packages and images of a target again.</summary>
internal sealed class TargetVerification(Session session, Terminal terminal, VerifyRequest request, VerifyResults results)
{
    public async Task RunAsync(Target target, CancellationToken cancel)
    {
        var container = target is Target.ContainerDirectory directory ? ContainerInputs.Read(session, directory) : null;
        terminal.Print([.. container?.Warnings ?? []]);
        var graph = container?.Graph ?? TargetGraph.Read(session, target);
        terminal.Line($"Verifying {graph.DisplayName}");
        var verifier = new Verifier(session.Store, session.Engine, session.Remaker, FindDiffoscope(), await OptionsAsync(cancel));
        // Targets may share packages.
        var known = results.Packages.Select(v => v.Package.Key).ToHashSet();
        foreach (var package in VerifiedPackages.Of(graph, request.All).Where(p => !known.Contains(p.Key)))
        {
            terminal.Status($"  verifying {package.DisplayName}");
            var verdict = await verifier.VerifyAsync(package, cancel);
            terminal.Ended($"    {package.DisplayName}", verdict.Outcome == Outcome.Identical);
            results.Packages.Add(verdict);
        }

        if (container is not null)
        {
            var closure = await session.Engine.RuntimeClosureAsync(graph.Packages.Select(p => p.Package), graph.Excluded, Need.Run, cancel);
            var composition = Composition.Of(container, closure);
            results.Images.AddRange(await new ImageVerification(session, terminal, Path.GetFullPath("out", request.Start)).RunAsync(composition, cancel));
        }
    }

    private async Task<VerifyOptions> OptionsAsync(CancellationToken cancel)
    {
        var options = new VerifyOptions { Usual = new() { Jobs = request.Engine.Jobs }, Keep = request.Engine.KeepFailed };
        if (!request.Vary)
        {
            return options;
        }

        var libraries = await LibrariesAsync(cancel);
        return options with { Libraries = libraries, Variations = [.. Variation.All.Where(v => libraries is not null || v.Library is null)] };
    }

    /// <summary>The package of the libraries, if a recipe tree has it; what cannot be varied without it is said.</summary>
    private async Task<VariationLibraries?> LibrariesAsync(CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        if (Find(VariationLibraries.PackageName, bag) is { } package)
        {
            return await VariationLibraries.RealiseAsync(session.Engine, session.Store, package, cancel);
        }

        var names = string.Join(", ", Variation.All.Where(v => v.Library is not null).Select(v => v.Name));
        terminal.Print([new(
            $"not varied: {names}, since the package '{VariationLibraries.PackageName}' cannot be had: {bag.Items[0].Message}", Hint: "take its recipe from buildit's own recipe tree", Severity: Severity.Warning)]);
        return null;
    }

    private Diffoscope? FindDiffoscope()
    {
        if (Find(Diffoscope.PackageName, new()) is { } package)
        {
            return Diffoscope.Pinned(session.Sandbox, async cancel =>
                await session.Roots.ComposeAsync([.. (await session.Engine.RuntimeClosureAsync([package], Need.Run, cancel)).SelectMany(r => r.Parts(session.Store, "runtime"))], cancel));
        }

        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted).Select(d => Path.Combine(d, "diffoscope")).FirstOrDefault(File.Exists);
        return program is null ? null : Diffoscope.OfMachine(program);
    }

    /// <summary>A package of buildit's own that the recipe trees may have or not.</summary>
    private Package? Find(string name, DiagnosticBag bag)
    {
        var package = new GraphReader(session, new Pins(static (_, _) => null), Platform.LinuxAmd64).Read(bag, graph => graph.Named(new(name, new(new("buildit verify", name), 1, 1, name.Length))));
        return bag.HasErrors ? null : package;
    }
}
