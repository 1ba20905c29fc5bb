using System.Collections.Immutable;
using Buildit.Build.Verification;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store;

namespace Buildit.Cli.Verifying;

/// <summary>Compares what the store and other places say of a target's packages. Nothing is built, fetched or believed.</summary>
internal sealed class OriginComparison(Session session, VerifyRequest request, VerifyResults results)
{
    public async Task RunAsync(Target target, CancellationToken cancel)
    {
        var opened = new List<ContentStore>();
        try
        {
            ImmutableArray<IRecordOrigin> origins = [new StoreOrigin("this store", session.Store), .. request.Against.Select(p => Open(p.Written, p.Path, opened))];
            foreach (var package in VerifiedPackages.Of(TargetGraph.Read(session, target), request.All))
            {
                results.Comparisons.Add(await Comparison.OfAsync(package, origins, cancel));
            }
        }
        finally
        {
            opened.ForEach(s => s.Dispose());
        }
    }

    private static IRecordOrigin Open(string written, string path, List<ContentStore> opened)
    {
        if (File.Exists(new StorePaths(path).Index))
        {
            opened.Add(ContentStore.OpenToRead(path));
            return new StoreOrigin(written, opened[^1]);
        }

        return RecordDirectory.IsAt(path)
            ? new RecordDirectory(written, path)
            : throw new BuilditException(ExitCode.InvalidInput, $"'{written}' is no place with records", "--against takes the directory of another store, or one with 'records/' in it");
    }
}
