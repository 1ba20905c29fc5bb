using System.Collections.Immutable;
using Buildit.Core.Containers;
using Buildit.Core.ImageTests;

namespace Buildit.Images.Testing;

/// <summary>Compares an image's configuration with what a test expects of it.</summary>
internal static class MetadataChecks
{
    internal static IEnumerable<string> Mistakes(StructureTest.Metadata test, ImageSettings settings) =>
    [
        .. Values("variable", test.Environment, name => settings.Environment.Where(e => e.Key == name).Select(e => e.Value).LastOrDefault()),
        .. Values("label", test.Labels, name => settings.Labels.GetValueOrDefault(name)),
        .. Members("port", "exposed", test.Ports, [.. settings.Expose.Select(Port)], Port),
        .. Members("directory", "a volume", test.Volumes, [.. settings.Volumes], static v => v),
        .. List("entry point", test.Entrypoint, settings.Entrypoint),
        .. List("cmd", test.Cmd, settings.Cmd),
        .. Text("working directory", test.WorkingDirectory, settings.WorkingDirectory),
        .. Text("user", test.User, settings.User),
    ];

    private static IEnumerable<string> Values(string what, ImmutableArray<ExpectedValue> expected, Func<string, string?> find)
    {
        foreach (var value in expected)
        {
            if (find(value.Name) is not { } actual)
            {
                yield return $"the {what} '{value.Name}' is not set";
            }
            else if (!value.Accepts(actual))
            {
                yield return $"the {what} '{value.Name}' is '{actual}', not {value.Words}";
            }
        }
    }

    private static IEnumerable<string> Members(string what, string state, (ImmutableArray<string> In, ImmutableArray<string> Out) expected, ImmutableArray<string> actual, Func<string, string> form) =>
        expected.In.Where(e => !actual.Contains(form(e))).Select(e => $"the {what} '{e}' is not {state}")
            .Concat(expected.Out.Where(e => actual.Contains(form(e))).Select(e => $"the {what} '{e}' is {state}"));

    private static IEnumerable<string> List(string what, ImmutableArray<string>? expected, ImmutableArray<string> actual) =>
        expected is not { } list || list.SequenceEqual(actual) ? [] : [$"the {what} is [{string.Join(", ", actual)}], not [{string.Join(", ", list)}]"];

    private static IEnumerable<string> Text(string what, string? expected, string? actual) =>
        expected is null || expected == (actual ?? "") ? [] : [$"the {what} is '{actual}', not '{expected}'"];

    // TCP is what a port is if it does not say.
    private static string Port(string port) => port.Contains('/', StringComparison.Ordinal) ? port : port + "/tcp";
}
