using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>What a run must have given. A failed check shows the whole run.</summary>
internal static class Expect
{
    public static BuilditResult Succeeds(this BuilditResult result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    /// <summary>It ended with this code, said all this to standard error, and printed neither data nor a stack trace.</summary>
    public static BuilditResult Fails(this BuilditResult result, int code, params string[] said)
    {
        Assert.True(result.ExitCode == code, $"expected exit code {code}, got {result}");
        Assert.True(result.Output.Length == 0, $"data of a failed run: {result}");
        Assert.False(result.Error.Contains("   at Buildit.", StringComparison.Ordinal), $"a stack trace: {result}");
        return result.Says(said);
    }

    /// <summary>It said all this to standard error.</summary>
    public static BuilditResult Says(this BuilditResult result, params string[] said)
    {
        foreach (var text in said)
        {
            Assert.True(result.Error.Contains(text, StringComparison.Ordinal), $"'{text}' was not said: {result}");
        }

        return result;
    }

    public static BuilditResult DoesNotSay(this BuilditResult result, string text)
    {
        Assert.False(result.Error.Contains(text, StringComparison.Ordinal), $"'{text}' was said: {result}");
        return result;
    }

    /// <summary>The packages that it built, sorted.</summary>
    public static string[] Built(this BuilditResult result) => Told(result, ": built in ");

    /// <summary>The packages that it took from builds of the same inputs, sorted.</summary>
    public static string[] CutOff(this BuilditResult result) => Told(result, ": its inputs give what was built before");

    /// <summary>The HASH that it printed last.</summary>
    public static string Hash(this BuilditResult result)
    {
        result.Says("HASH: ");
        var start = result.Error.LastIndexOf("HASH: ", StringComparison.Ordinal) + 6;
        return result.Error[start..result.Error.IndexOf('\n', start)].Trim();
    }

    private static string[] Told(BuilditResult result, string what) =>
        [.. result.Error.Split('\n').Where(l => l.Contains(what, StringComparison.Ordinal)).Select(l => l[..l.IndexOf(what, StringComparison.Ordinal)].Trim()).Order(StringComparer.Ordinal)];
}
