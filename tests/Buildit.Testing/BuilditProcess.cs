using System.Diagnostics;

namespace Buildit.Testing;

/// <summary>How a run of buildit ended.</summary>
public sealed record BuilditResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\n--- standard output\n{Output}\n--- standard error\n{Error}";
}

/// <summary>Runs the built program as its users do: as a process.</summary>
public static class BuilditProcess
{
    /// <summary>The built program.</summary>
    public static string Program { get; } = Path.Combine(Repository.Root, "artifacts", "bin", "Buildit.Cli", Configuration, "buildit");

    // artifacts/bin/PROJECT/CONFIGURATION/
    private static string Configuration => Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));

    /// <summary>Runs to the end. <paramref name="environment"/> is added to an otherwise clean one; the shared store is used unless it names another.</summary>
    public static async Task<BuilditResult> RunAsync(string directory, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using var process = Start(directory, environment, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    /// <inheritdoc cref="RunAsync(string, IReadOnlyDictionary{string, string}?, string[])"/>
    public static Task<BuilditResult> RunAsync(string directory, params string[] arguments) => RunAsync(directory, null, arguments);

    /// <summary>Starts without waiting, for tests that interrupt it.</summary>
    public static Process Start(string directory, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        // Whoever runs the tests in the background lets them inherit an ignored SIGINT, which buildit would rightly ignore, too.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", Program, .. arguments]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["PATH"] = "/usr/bin:/bin",
            ["HOME"] = directory,
            ["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.ProcessPath)!,
            ["BUILDIT_STORE"] = Repository.SharedStore,
        }.Concat(environment ?? new Dictionary<string, string>()))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
