using System.Collections.Immutable;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.ImageTests;
using Buildit.Images.Composition;
using Buildit.Images.Reading;
using Buildit.Images.Testing;
using Buildit.Store;

namespace Buildit.Cli.Testing;

/// <summary>Runs tests on an image: what looks at files and configuration as it is, commands in the sandbox.</summary>
/// <param name="session">The sandbox, and the store's work directory.</param>
/// <param name="terminal">What a person sees.</param>
internal sealed class ImageTests(Session session, Terminal terminal)
{
    /// <summary>Runs all tests.</summary>
    /// <param name="image">What is tested.</param>
    /// <param name="writable">Directories that are writable and empty for a command, besides /tmp and /run.</param>
    /// <param name="suite">The tests.</param>
    /// <param name="told">Is told of each test that has ended.</param>
    /// <param name="cancel">Ends what runs.</param>
    public async Task<ImmutableArray<TestResult>> RunAsync(UsableImage image, IEnumerable<string> writable, TestSuite suite, Action<TestResult> told, CancellationToken cancel)
    {
        var results = ImmutableArray.CreateBuilder<TestResult>();
        var root = session.Store.NewWorkPath("test");
        try
        {
            var commands = new CommandTests(session, terminal, image, root, [.. writable]);
            if (!suite.Steps.IsEmpty || suite.Files.Any(f => f.Tests.Any(t => t is StructureTest.Command)))
            {
                await Task.Run(() => RootDirectory.Fill(image, root, CommandTests.MountPoints), cancel);
            }

            foreach (var step in suite.Steps)
            {
                Add(await commands.RunAsync(step, cancel));
            }

            foreach (var test in suite.Files.SelectMany(f => f.Tests))
            {
                Add(test is StructureTest.Command command ? await commands.RunAsync(command, cancel) : new(test.Kind, test.Name, test.Span, [.. StaticChecks.Mistakes(test, image)]));
            }
        }
        finally
        {
            WorkDirectory.Delete(root);
        }

        return results.ToImmutable();

        void Add(TestResult result)
        {
            results.Add(result);
            told(result);
        }
    }

    /// <summary>The same for an image that is not to be written if one fails.</summary>
    public async Task MustPassAsync(UsableImage image, IEnumerable<string> writable, TestSuite suite, CancellationToken cancel)
    {
        var failed = suite.IsEmpty ? [] : (await RunAsync(image, writable, suite, r => terminal.Ended($"Testing {r.Title}", r.IsGood), cancel)).Where(r => !r.IsGood).ToArray();
        if (failed.Length > 0)
        {
            throw new BuilditException(ExitCode.Failed, [.. failed.Select(f => f.Describe())]);
        }
    }
}
