using System.Diagnostics;

namespace Buildit.Build.Instances;

/// <summary>
/// Passes standard input, output and error on to a process and back. They are not simply inherited: a runtime gives them to the user of the instance, and what is a file of a person's
/// would belong to somebody else then.
/// </summary>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it prints goes here.</param>
/// <param name="Error">And what it says of itself, here.</param>
public sealed record StandardStreams(Stream Input, Stream Output, Stream Error)
{
    /// <summary>Ends when the process has closed its output. Input that nobody wants any more is left where it is.</summary>
    internal Task PassAsync(Process process)
    {
        _ = Task.Run(() => CopyAsync(Input, process.StandardInput.BaseStream, process.StandardInput));
        return Task.WhenAll(
            CopyAsync(process.StandardOutput.BaseStream, Output, process.StandardOutput),
            CopyAsync(process.StandardError.BaseStream, Error, process.StandardError));
    }

    /// <summary>Whichever side is closed first, the process's is closed then: it hears of it as it would in a pipe.</summary>
    private static async Task CopyAsync(Stream from, Stream to, IDisposable end)
    {
        try
        {
            var buffer = new byte[1 << 16];
            for (int read; (read = await from.ReadAsync(buffer)) > 0;)
            {
                await to.WriteAsync(buffer.AsMemory(0, read));
                await to.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
        finally
        {
            Close(end);
        }
    }

    private static void Close(IDisposable end)
    {
        try
        {
            end.Dispose();
        }
        catch (IOException)
        {
            // What was left in its buffer is not wanted any more.
        }
    }
}
