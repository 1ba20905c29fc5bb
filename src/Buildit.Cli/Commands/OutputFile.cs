using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Files;

namespace Buildit.Cli.Commands;

/// <summary>A file that an option of the command line names, and a command writes.</summary>
internal static class OutputFile
{
    /// <summary>Writes the file whole or not at all, and makes the directories above it, as they are made for images.</summary>
    /// <param name="start">Absolute directory that a relative path counts from.</param>
    /// <param name="written">The path as it was given.</param>
    public static async Task WriteAsync(string start, string written, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        var path = Path.GetFullPath(written, start);
        if (Directory.Exists(path))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{written}' is a directory, and a file is to be written", $"name the file, too: {Path.Combine(written, "FILE")}");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await AtomicFile.WriteAsync(path, stream => stream.WriteAsync(content, cancel).AsTask());
        }
        catch (UnauthorizedAccessException)
        {
            throw new BuilditException(ExitCode.StoreFailed, $"'{written}' cannot be written: its directory belongs to somebody else", "name a file in a directory that you may write to");
        }
    }
}
