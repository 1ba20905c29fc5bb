using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.ImageTests;

/// <summary>A file of tests of an image, in the format of container-structure-test (schemaVersion 2.0.0). See docs/containers.md.</summary>
/// <param name="Text">The file.</param>
/// <param name="Tests">By kind in the order of the format's documentation, each kind in the order written.</param>
public sealed record StructureTests(SourceText Text, ImmutableArray<StructureTest> Tests);

/// <summary>A variable or label with its value.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The value; null if it is a pattern.</param>
/// <param name="Pattern">What the value must hold; null if it is a value.</param>
public sealed record ExpectedValue(string Name, string? Value, Pattern? Pattern)
{
    /// <summary>Whether a value is as expected.</summary>
    public bool Accepts(string actual) => Pattern?.IsIn(actual) ?? actual == Value;

    /// <summary>What is expected, in words.</summary>
    public string Words => Pattern is { } pattern ? $"something that matches '{pattern}'" : $"'{Value}'";
}

/// <summary>One test.</summary>
public abstract record StructureTest
{
    private StructureTest()
    {
    }

    /// <summary>What kind of test it is: the key that it stands under.</summary>
    public abstract string Kind { get; }

    /// <summary>As the file names it; kinds without a name have that of their kind.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is written.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>A command that must behave as expected.</summary>
    /// <param name="Line">Program and arguments.</param>
    /// <param name="ExitCode">What it must end with.</param>
    public sealed record Command(ImmutableArray<string> Line, int ExitCode) : StructureTest
    {
        /// <inheritdoc/>
        public override string Kind => "commandTests";

        /// <summary>Commands that are run before it.</summary>
        public ImmutableArray<ImmutableArray<string>> Setup { get; init; } = [];

        /// <summary>Commands that are run after it, however it ended.</summary>
        public ImmutableArray<ImmutableArray<string>> Teardown { get; init; } = [];

        /// <summary>Added to the image's environment, the file's <c>globalEnvVars</c> first.</summary>
        public ImmutableArray<KeyValuePair<string, string>> Environment { get; init; } = [];

        /// <summary>All of these must be in standard output.</summary>
        public ImmutableArray<Pattern> ExpectedOutput { get; init; } = [];

        /// <summary>None of these may be in standard output.</summary>
        public ImmutableArray<Pattern> ExcludedOutput { get; init; } = [];

        /// <summary>All of these must be in standard error.</summary>
        public ImmutableArray<Pattern> ExpectedError { get; init; } = [];

        /// <summary>None of these may be in standard error.</summary>
        public ImmutableArray<Pattern> ExcludedError { get; init; } = [];

        /// <summary>What is not as expected, in words.</summary>
        public IEnumerable<string> Mistakes(int exitCode, string output, string error)
        {
            if (exitCode != ExitCode)
            {
                yield return FormattableString.Invariant($"it ended with exit code {exitCode}, not {ExitCode}");
            }

            foreach (var (patterns, isWanted, text, where) in new[] { (ExpectedOutput, true, output, "output"), (ExcludedOutput, false, output, "output"), (ExpectedError, true, error, "error"), (ExcludedError, false, error, "error") })
            {
                foreach (var pattern in patterns.Where(p => p.IsIn(text) != isWanted))
                {
                    yield return isWanted ? $"nothing in its standard {where} matches '{pattern}'" : $"its standard {where} has what '{pattern}' excludes";
                }
            }
        }
    }

    /// <summary>A path that must be there, or must not.</summary>
    public sealed record FileExistence(string Path, bool ShouldExist) : StructureTest
    {
        /// <inheritdoc/>
        public override string Kind => "fileExistenceTests";

        /// <summary>As <c>ls</c> prints them, <c>-rwxr-xr-x</c>; null = any.</summary>
        public string? Permissions { get; init; }

        /// <summary>Owner; null = any.</summary>
        public int? Uid { get; init; }

        /// <summary>Group; null = any.</summary>
        public int? Gid { get; init; }

        /// <summary>Bits of which one must be set (0111 for <c>any</c>); 0 = none need be.</summary>
        public int ExecutableBits { get; init; }
    }

    /// <summary>What must be in a file, and what must not.</summary>
    public sealed record FileContent(string Path, ImmutableArray<Pattern> Expected, ImmutableArray<Pattern> Excluded) : StructureTest
    {
        /// <inheritdoc/>
        public override string Kind => "fileContentTests";
    }

    /// <summary>What the image's configuration must say. What is null need not be anything.</summary>
    public sealed record Metadata : StructureTest
    {
        /// <inheritdoc/>
        public override string Kind => "metadataTest";

        /// <summary>Variables.</summary>
        public ImmutableArray<ExpectedValue> Environment { get; init; } = [];

        /// <summary>Labels.</summary>
        public ImmutableArray<ExpectedValue> Labels { get; init; } = [];

        /// <summary>Ports that are exposed, and such that are not, as <c>80</c> or <c>53/udp</c>.</summary>
        public (ImmutableArray<string> Exposed, ImmutableArray<string> Unexposed) Ports { get; init; } = ([], []);

        /// <summary>Directories that are volumes, and such that are none.</summary>
        public (ImmutableArray<string> Mounted, ImmutableArray<string> Unmounted) Volumes { get; init; } = ([], []);

        /// <summary>Entry point.</summary>
        public ImmutableArray<string>? Entrypoint { get; init; }

        /// <summary>Default arguments.</summary>
        public ImmutableArray<string>? Cmd { get; init; }

        /// <summary>Directory to start in.</summary>
        public string? WorkingDirectory { get; init; }

        /// <summary>User.</summary>
        public string? User { get; init; }
    }

    /// <summary>Copyright files that must be there, and name no license that the format refuses.</summary>
    /// <param name="Debian">Whether all of /usr/share/doc are looked at.</param>
    /// <param name="Files">Further files.</param>
    public sealed record License(bool Debian, ImmutableArray<string> Files) : StructureTest
    {
        /// <inheritdoc/>
        public override string Kind => "licenseTests";
    }
}
