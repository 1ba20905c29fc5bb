using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Testing;

/// <summary>How a test of an image ended.</summary>
/// <param name="Kind"><c>test</c> for a step, else the key of the file of tests that it stands under.</param>
/// <param name="Name">The command of a step, the name of any other.</param>
/// <param name="Span">Where it is written.</param>
/// <param name="Mistakes">What is not as expected; none if it passed.</param>
/// <param name="Output">What a command printed.</param>
internal sealed record TestResult(string Kind, string Name, SourceSpan Span, ImmutableArray<string> Mistakes, string Output = "")
{
    private const int MostLines = 20;

    public bool IsGood => Mistakes.IsEmpty;

    /// <summary>The name in a line of talk.</summary>
    public string Title => Kind == Name || Kind == "test" ? Name : $"{Kind}: {Name}";

    /// <summary>The failure as it is told.</summary>
    public Diagnostic Describe()
    {
        var shown = Output.Split('\n').Where(l => l.Length > 0).TakeLast(MostLines).Select(l => "  | " + VisibleText.Of(l));
        return new($"test '{Name}' failed: {string.Join("; ", Mistakes)}", Span) { Code = ExitCode.Failed, Detail = Output.Length == 0 ? null : string.Join('\n', shown) };
    }
}
