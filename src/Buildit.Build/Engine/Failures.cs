using System.Runtime.ExceptionServices;
using Buildit.Core.Diagnostics;

namespace Buildit.Build.Engine;

/// <summary>Several pieces of work that may fail at once. One root cause is told once, however many packages it makes fail.</summary>
public static class Failures
{
    /// <summary>Completes when all of the work has ended; throws everything that went wrong in it.</summary>
    public static async Task WhenAllAsync(params IReadOnlyCollection<Task> work)
    {
        try
        {
            await Task.WhenAll(work);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Throw([.. work.SelectMany(w => w.Exception?.InnerExceptions ?? Enumerable.Empty<Exception>())]);
            throw;
        }
    }

    /// <summary>Throws one of these, or what all of them tell together; returns if there are none.</summary>
    public static void Throw(IReadOnlyCollection<Exception> failures)
    {
        var distinct = failures.Distinct(ReferenceEqualityComparer.Instance).Cast<Exception>().ToArray();
        if ((distinct.FirstOrDefault(f => f is not BuilditException) ?? (distinct.Length == 1 ? distinct[0] : null)) is { } only)
        {
            ExceptionDispatchInfo.Throw(only);
        }

        if (distinct.Length > 0)
        {
            var all = distinct.Cast<BuilditException>().ToArray();
            var diagnostics = all.SelectMany(f => f.Diagnostics).Distinct<Diagnostic>(ReferenceEqualityComparer.Instance).ToArray();
            throw new BuilditException(all.Min(f => f.Code), diagnostics, all[0]);
        }
    }
}
