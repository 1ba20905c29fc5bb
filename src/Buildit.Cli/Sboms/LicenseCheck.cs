using System.Collections.Immutable;
using Buildit.Cli.Building;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Licenses;
using Buildit.Core.Sboms;

namespace Buildit.Cli.Sboms;

/// <summary>Holds the packages of a container against its <c>licenses</c> steps.</summary>
internal static class LicenseCheck
{
    /// <summary>Throws if a package has a license that it must not have. Without such a step nothing is looked at.</summary>
    public static async Task RunAsync(Session session, Composition composition, DiagnosticBag bag, CancellationToken cancel)
    {
        var steps = composition.Container.Steps.OfType<Step.Licenses>().ToArray();
        if (steps.Length == 0)
        {
            return;
        }

        // A group has no files: what is in it counts.
        var packages = composition.Closure.Select(c => c.Package).Where(p => p is not Package.Group);
        var described = await new SbomMaker(session).LicensesAsync(packages, composition.Container, cancel);
        var graph = RuntimeGraph.Of(new(composition.Closure, []), [], []);
        foreach (var step in steps)
        {
            Judge(step, described, graph, bag);
            WarnOfUnused(step, composition, bag);
        }

        bag.ThrowIfErrors(ExitCode.Failed);
    }

    private static void Judge(Step.Licenses step, ImmutableArray<SbomPackage> packages, RuntimeGraph graph, DiagnosticBag bag)
    {
        foreach (var package in packages)
        {
            var needed = graph.Edges.FirstOrDefault(e => e.To == package.Name)?.From;
            var who = $"'{package.Name}-{package.Version}'" + (needed is { Length: > 0 } ? $" (which '{needed}' needs)" : "");
            switch (step.Policy.Judge(package.Effective))
            {
                case LicenseVerdict.Refused:
                    var refused = string.Join(", ", step.Policy.Refused(package.Effective!));
                    bag.Error(step.Span, $"{who} has a license that is not allowed here: {refused}", $"{Source(package)} says '{package.Effective}'; leave the package out, allow the license, or say in 'concluded' what you found");
                    break;
                case LicenseVerdict.Unknown when !step.Policy.Allow.IsEmpty:
                    bag.Error(step.Span, $"nothing says what the license of {who} is, and only some are allowed", $"read {Source(package)} and write what you found: 'concluded: {{{package.Name}: ...}}'");
                    break;
                case LicenseVerdict.Unknown:
                    bag.Warning(step.Span, $"nothing says what the license of {who} is", $"read {Source(package)} and write what you found: 'concluded: {{{package.Name}: ...}}'");
                    break;
                default:
                    break;
            }
        }
    }

    private static string Source(SbomPackage package) => package switch
    {
        { Concluded: not null } => "'concluded'",
        { Texts: [var text, ..], Download: not null } => $"its {text.Name}",
        { Download: { } deb } => $"the copyright file in {deb.Name}",
        _ => "its recipe",
    };

    /// <summary>A name that no package has is most likely mistyped.</summary>
    private static void WarnOfUnused(Step.Licenses step, Composition composition, DiagnosticBag bag)
    {
        var names = composition.Closure.Select(c => c.Package.Name).ToArray();
        foreach (var (name, license) in step.Concluded.Where(c => !names.Contains(c.Key)))
        {
            bag.Warning(license.Span, $"there is no package '{name}' in the image", Suggestion.Hint(name, names));
        }
    }
}
