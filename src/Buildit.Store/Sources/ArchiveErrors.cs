using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Store.Sources;

/// <summary>What can be wrong with an archive, in words.</summary>
internal static class ArchiveErrors
{
    /// <summary>Whether something is wrong with the archive that was read: damaged, cut off, or refused.</summary>
    public static bool AreOf(Exception e) => e is InvalidDataException or EndOfStreamException or RefusedException;

    /// <summary>Reads an archive; what is refused, damaged or cut off in it throws <see cref="BuilditException"/> with <see cref="ExitCode.InvalidInput"/>.</summary>
    /// <param name="what">The archive, for messages: <c>source 'x.tar.gz'</c>.</param>
    /// <param name="span">Where it is declared, if anywhere.</param>
    /// <param name="read">Reads it.</param>
    public static T Guard<T>(string what, SourceSpan? span, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (RefusedException e)
        {
            throw Refused($"refused: {e.Message}", e);
        }
        catch (EndOfStreamException e)
        {
            throw Refused("is truncated: it ends in the middle", e);
        }
        catch (InvalidDataException e)
        {
            throw Refused($"is damaged: {e.Message}", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Refused($"cannot be read: {e.Message}", e);
        }

        BuilditException Refused(string why, Exception inner) => new(ExitCode.InvalidInput, $"{what} {why}", span: span, inner: inner);
    }
}
