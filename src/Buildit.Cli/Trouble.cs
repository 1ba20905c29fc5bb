using System.ComponentModel;
using System.Data.Common;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli;

/// <summary>Failures of the disk and the system that may come from anywhere, in words.</summary>
internal static class Trouble
{
    private const int NoSpaceLeft = 28; // ENOSPC

    /// <summary>What to tell of an exception that is nobody's bug; null for one that is.</summary>
    public static Diagnostic? Describe(Exception e) => e switch
    {
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        IOException { HResult: var code } when (code & 0xFFFF) == NoSpaceLeft || e.Message.Contains("No space left", StringComparison.Ordinal) =>
            new("the disk is full", Hint: "free some space and run the command again; nothing unfinished was registered") { Code = ExitCode.StoreFailed },
        UnauthorizedAccessException or IOException or Win32Exception => new(e.Message.TrimEnd('.'), Hint: "check permissions and space where the store and the output directory are") { Code = ExitCode.StoreFailed },
        DbException sqlite => new($"the store's index cannot be used: {sqlite.Message}", Hint: "is the disk full, or the store on a network file system?") { Code = ExitCode.StoreFailed },
        _ => null,
    };
}
