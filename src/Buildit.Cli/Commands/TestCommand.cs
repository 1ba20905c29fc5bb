using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Buildit.Cli.Consoles;
using Buildit.Cli.Instances;
using Buildit.Cli.Locks;
using Buildit.Cli.Testing;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Commands;

/// <summary>buildit test TARGET: runs all tests of a container, or files of tests on any image.</summary>
internal sealed class TestCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private const string Name = "test";

    private readonly Argument<string[]> _target = new("TARGET") { Arity = ArgumentArity.ZeroOrMore, Description = UsableTarget.What };
    private readonly Option<string[]> _files = new("--file", "-f") { HelpName = "FILE", Description = "Run the tests of this file, too (container-structure-test's YAML); may be given several times", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string?> _junit = new("--junit") { HelpName = "FILE", Description = "Write the results as JUnit XML" };
    private readonly Option<bool> _json = Options.Json();
    private readonly Option<bool> _offline = Options.Offline();
    private readonly Option<bool> _locked = Options.Locked();
    private readonly Option<string> _progress = Options.Progress();

    private IEnumerable<Option> Choices => [_files, _junit, _json, _offline, _locked, _progress];

    public Command Command() =>
        new Command(Name, "Run all tests of a container or an image, not only up to the first that fails; exit with 1 if any does") { _target }.With(Choices, terminal, _progress, RunAsync);

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var start = Options.StartOf(parsed);
        var written = Options.OneTarget(parsed.GetValue(_target), Choices, Name);
        var bag = new DiagnosticBag();
        var files = TestSuite.Of(parsed.GetValue(_files) ?? [], start, bag);
        bag.ThrowIfErrors();
        using var target = await UsableTarget.OpenAsync(start, written, new(parsed.GetValue(_locked), parsed.GetValue(_offline)), verbs, terminal, cancel);
        var suite = target.Tests.And(files);
        if (suite.IsEmpty)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{written}' has no tests", "add a 'test' step to its container.yaml, or name a file of tests: --file tests.yaml");
        }

        var isForPrograms = parsed.GetValue(_json);
        var results = await new ImageTests(target.Session, terminal).RunAsync(target.Image, target.Writable, suite, r => Tell(r, isForPrograms), cancel);
        await ReportAsync(written, results, isForPrograms, start, parsed.GetValue(_junit), cancel);
        return (int)(results.All(r => r.IsGood) ? ExitCode.Ok : ExitCode.Failed);
    }

    private void Tell(TestResult result, bool isForPrograms)
    {
        if (!isForPrograms)
        {
            terminal.Data(TestReport.Lines(result));
        }
    }

    private async Task ReportAsync(string target, ImmutableArray<TestResult> results, bool isForPrograms, string start, string? junit, CancellationToken cancel)
    {
        var failed = results.Count(r => !r.IsGood);
        terminal.Data(isForPrograms
            ? JsonText.Of(json => TestReport.Write(json, target, results))
            : string.Create(CultureInfo.InvariantCulture, $"{results.Length} {(results.Length == 1 ? "test" : "tests")}, {(failed == 0 ? "all passed" : $"{failed} failed")}"));
        if (junit is not null)
        {
            await OutputFile.WriteAsync(start, junit, TestReport.JUnit(target, results), cancel);
        }
    }
}
