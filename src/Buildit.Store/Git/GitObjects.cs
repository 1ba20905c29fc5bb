using System.Diagnostics;
using System.Globalization;
using System.Text;
using Buildit.Store.Compression;

namespace Buildit.Store.Git;

/// <summary>Reads the objects of a repository one after the other: <c>git cat-file --batch</c>. They are the bytes that were committed.</summary>
internal sealed class GitObjects : IDisposable
{
    private readonly Process _process;
    private readonly Stream _output;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenRegistration _stop;
    private long _left;

    public GitObjects(string repository, CancellationToken cancel)
    {
        _process = GitProgram.Start(repository, isTrusted: true, ["cat-file", "--batch"]);
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _output = new BufferedStream(_process.StandardOutput.BaseStream, 1 << 16);
        _cancel = cancel;
        _stop = cancel.Register(static p => ((Process)p!).Kill(), _process);
    }

    /// <summary>An object's size and bytes. The bytes must be read, if at all, before the next object is opened.</summary>
    public (long Size, Stream Content) Open(string id)
    {
        Skip();
        Ask(id);
        var header = ReadLine();
        // "ID TYPE SIZE", or "ID missing".
        if (header.Split(' ') is not [var found, _, var length] || found != id || !long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            throw new InvalidDataException($"object {id} cannot be read: {header}");
        }

        // One more: a line ends behind the bytes.
        _left = size + 1;
        return (size, new Content(this));
    }

    public void Dispose()
    {
        _stop.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Ask(string id)
    {
        try
        {
            _process.StandardInput.BaseStream.Write(Encoding.ASCII.GetBytes(id + "\n"));
            _process.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        for (int b; (b = _output.ReadByte()) != '\n';)
        {
            _ = b < 0 ? throw Ended() : line.Append((char)b);
        }

        return line.ToString();
    }

    /// <summary>Why git ended before all was read: because we ended it, or by itself.</summary>
    private Exception Ended() => _cancel.IsCancellationRequested ? new OperationCanceledException(_cancel) : new InvalidDataException("git ended in the middle of it");

    private void Skip()
    {
        var rest = new byte[1 << 16];
        while (_left > 0)
        {
            _left -= Filled(_output.Read(rest, 0, (int)Math.Min(rest.Length, _left)));
        }
    }

    private int Filled(int read) => read > 0 ? read : throw Ended();

    private sealed class Content(GitObjects objects) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, objects._left - 1);
            if (count <= 0)
            {
                return 0;
            }

            var read = objects.Filled(objects._output.Read(buffer[..count]));
            objects._left -= read;
            return read;
        }
    }
}
