using System.Collections.Immutable;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.Aci;

namespace Buildit.Images.Composition;

/// <summary>A program that a container's steps say will be run.</summary>
/// <param name="Program">Its path, or its name, which is looked for in <see cref="Path"/>.</param>
/// <param name="Role">What it is, for messages: "the entrypoint".</param>
/// <param name="Span">Where it is declared.</param>
internal sealed record DeclaredCommand(string Program, string Role, SourceSpan Span)
{
    private static readonly string[] NoShells = ["nologin", "false"];

    /// <summary>Directories in which a name without a slash is looked for, separated by colons.</summary>
    internal string Path { get; init; } = SearchPath.Usual;

    /// <summary>Where a relative path counts from.</summary>
    internal string Directory { get; init; } = "/";

    /// <summary>Directories that somebody else's files are mounted over when it is run.</summary>
    internal ImmutableArray<string> Mounts { get; init; } = [];

    /// <summary>All that a container declares: what its images run, what its tests run, and the shells of its users.</summary>
    internal static IEnumerable<DeclaredCommand> Of(Container container) => container.Steps.SelectMany(step => step switch
    {
        Step.Image { Format: ImageFormat.Aci } image => AciCommands.Of(container, image),
        Step.Image image => OfSettings(image),
        Step.Test { Command: [var program, ..] } => [new(program, "the test", step.Span)],
        Step.Accounts accounts => accounts.Users.Where(u => u.Shell.StartsWith('/') && !NoShells.Contains(System.IO.Path.GetFileName(u.Shell))).Select(u => new DeclaredCommand(u.Shell, $"the shell of '{u.Name}'", step.Span)),
        _ => Enumerable.Empty<DeclaredCommand>(),
    });

    /// <summary>What the keys of an image step say: the first word of <c>entrypoint</c>, or else of <c>cmd</c>.</summary>
    private static IEnumerable<DeclaredCommand> OfSettings(Step.Image image)
    {
        var settings = image.Settings;
        (string Program, string Role)? first = settings switch { { Entrypoint: [var e, ..] } => (e, "the entrypoint"), { Cmd: [var c, ..] } => (c, "the command"), _ => null };
        return first is var (program, role)
            ? [new(program, role, image.Span)
            {
                Path = settings.Environment.Where(e => e.Key == "PATH").Select(e => e.Value).LastOrDefault() ?? SearchPath.Usual,
                Directory = settings.WorkingDirectory ?? "/",
                Mounts = settings.Volumes,
            }]
            : [];
    }
}
