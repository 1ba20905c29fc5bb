using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Locks;
using Buildit.Store.Files;

namespace Buildit.Cli.Locks;

/// <summary>A <c>buildit.lock</c> as it is on disk. No file is the same as one without pins.</summary>
internal sealed record LockFile(string Path, string Text, PinLock Pins)
{
    /// <summary>Reads a lock; throws if it is damaged.</summary>
    public static LockFile Read(string path, Func<string, string> display)
    {
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        return new(path, Normalised(text), text.Length == 0 ? PinLock.Empty : PinLockFile.Parse(new(display(path), text)));
    }

    /// <summary>Whether the file says these pins and nothing else, with whatever line ends.</summary>
    public bool Says(PinLock pins) => Text == Print(pins);

    /// <summary>Makes the file say these pins. One that says them is left alone, one that would say nothing is deleted.</summary>
    public async Task WriteAsync(PinLock pins, CancellationToken cancel)
    {
        if (Says(pins))
        {
            return;
        }

        if (pins.Pins.IsEmpty)
        {
            File.Delete(Path);
            return;
        }

        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            await AtomicFile.WriteAsync(Path, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(Print(pins)), cancel).AsTask());
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new BuilditException(ExitCode.StoreFailed, $"the lock '{Path}' cannot be written: {e.Message}", "permit writing there, or lock it where that is possible and commit the file", inner: e);
        }
    }

    /// <summary>A text with LF at the end of its lines: a checkout on another system must not change what it says.</summary>
    public static string Normalised(string text) => text.ReplaceLineEndings("\n");

    private static string Print(PinLock pins) => pins.Pins.IsEmpty ? "" : PinLockFile.Print(pins);
}
