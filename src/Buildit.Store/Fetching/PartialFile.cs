using System.Security.Cryptography;
using System.Text;
using Buildit.Core;

namespace Buildit.Store.Fetching;

/// <summary>
/// An unfinished download. The file beside it says which address it came from and how to ask for the rest, and is locked while it is in use,
/// so that two processes never write to one download. It is not deleted afterwards: a lock file that goes away locks nothing.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private readonly FileStream _state;

    private PartialFile(string path, FileStream state)
    {
        Path = path;
        _state = state;
    }

    public string Path { get; }

    /// <summary>Waits until no other process works on this download.</summary>
    public static async Task<PartialFile> OpenAsync(string path, TimeProvider clock, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return new(path, new(path + ".state", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
            }
            catch (IOException e) when (e.HResult == WouldBlock)
            {
                await Task.Delay(Poll, clock, cancel);
            }
        }
    }

    /// <summary>How much is there from this address. Nothing if it came from another one: their validators mean nothing to each other.</summary>
    public ResumePoint ResumePoint(string url)
    {
        _state.Position = 0;
        using var reader = new StreamReader(_state, Encoding.UTF8, leaveOpen: true);
        var from = reader.ReadLine();
        var validator = reader.ReadLine();
        return from == AddressKey(url) && !string.IsNullOrEmpty(validator) && File.Exists(Path) ? new(new FileInfo(Path).Length, validator) : default;
    }

    /// <summary>Opens the file for what comes: at its end to go on (hashing what is there), or empty to start anew.</summary>
    public FileStream Open(string url, Body body, IncrementalHash hash)
    {
        var file = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1, FileOptions.Asynchronous);
        if (body.Offset == 0)
        {
            file.SetLength(0);
            WriteState(url, body.Validator);
            return file;
        }

        var buffer = new byte[1 << 17];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        return file;
    }

    /// <summary>The first bytes, to see what kind of file it is.</summary>
    public byte[] Head()
    {
        using var file = File.OpenRead(Path);
        var head = new byte[512];
        return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    /// <summary>Forgets what is there.</summary>
    public void Clear()
    {
        File.Delete(Path);
        _state.SetLength(0);
    }

    public void Dispose() => _state.Dispose();

    // EWOULDBLOCK of flock, as .NET reports it. Any other I/O error is not about another process.
    private static int WouldBlock => OperatingSystem.IsLinux() ? 11 : 35;

    // The address itself may hold a password.
    private static string AddressKey(string url) => Digest.Of(url).Hex;

    private void WriteState(string url, string? validator)
    {
        _state.SetLength(0);
        _state.Write(Encoding.UTF8.GetBytes($"{AddressKey(url)}\n{validator}\n"));
        _state.Flush();
    }
}
