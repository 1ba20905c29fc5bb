using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.ImageTests;

namespace Buildit.Cli.Testing;

/// <summary>All tests that an image must pass.</summary>
/// <param name="Steps">Commands of the container's <c>test</c> steps.</param>
/// <param name="Files">Files of tests: those of <c>test</c> steps, and of the command line.</param>
internal sealed record TestSuite(ImmutableArray<Step.Test> Steps, ImmutableArray<StructureTests> Files)
{
    /// <summary>Nothing to test.</summary>
    public static TestSuite Empty { get; } = new([], []);

    public bool IsEmpty => Steps.IsEmpty && Files.IsEmpty;

    /// <summary>The files' digests: together with a container's text they decide what is tested.</summary>
    public IEnumerable<string> Digests => Files.Select(f => Digest.Of(f.Text.Text).Hex);

    /// <summary>Reads the tests of a container; mistakes go to the bag.</summary>
    public static TestSuite Of(Container container, Func<string, string> display, DiagnosticBag bag) => new(
        [.. container.Steps.OfType<Step.Test>()],
        [.. container.Steps.OfType<Step.TestFile>().Select(f => Read(Path.GetFullPath(f.Path.Value, container.Directory), f.Path.Value, f.Path.Span, display, bag)).OfType<StructureTests>()]);

    /// <summary>Reads files that the command line names; mistakes go to the bag.</summary>
    public static TestSuite Of(IEnumerable<string> files, string start, DiagnosticBag bag) =>
        new([], [.. files.Select(f => Read(Path.GetFullPath(f, start), f, null, _ => f, bag)).OfType<StructureTests>()]);

    /// <summary>Both.</summary>
    public TestSuite And(TestSuite other) => new([.. Steps, .. other.Steps], [.. Files, .. other.Files]);

    private static StructureTests? Read(string path, string written, SourceSpan? span, Func<string, string> display, DiagnosticBag bag)
    {
        if (!File.Exists(path))
        {
            bag.Error(span, $"there is no file of tests '{written}'", "it is a YAML file in the format of container-structure-test; its path counts from " + (span is null ? "where buildit is started" : "the container's directory"));
            return null;
        }

        return StructureTestParser.Parse(SourceText.FromBytes(display(path), File.ReadAllBytes(path)), bag);
    }
}
