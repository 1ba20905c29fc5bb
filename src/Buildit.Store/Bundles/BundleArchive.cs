using System.Text;
using Buildit.Core;
using Buildit.Core.Bundles;
using Buildit.Core.Diagnostics;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Store.Compression;
using Buildit.Store.Files;
using Buildit.Store.Native;
using Buildit.Store.Sources;

namespace Buildit.Store.Bundles;

/// <summary>
/// A bundle that is read from a file. Nothing of it is believed: the statement must name the list, the list must be one that can be unpacked anywhere, and the archive must hold
/// exactly what is listed, in that order and with those bytes. Whether the statement's signature counts is for the caller to judge before anything is unpacked.
/// </summary>
public sealed class BundleArchive : IDisposable
{
    private const int LargestStatement = 1 << 20;
    private const int LargestList = 256 << 20;
    private readonly string _path;
    private readonly Stream _stream;
    private readonly IEnumerator<ArchiveEntry> _entries;

    private BundleArchive(string path)
    {
        _path = path;
        _stream = new ZstdStream(File.OpenRead(path));
        _entries = new TarArchiveReader(_stream).Read().GetEnumerator();
    }

    /// <summary>Says what the bundle is, and carries the signatures.</summary>
    public Envelope Envelope { get; private set; } = null!;

    /// <summary>What the envelope says.</summary>
    public BundleStatement Statement { get; private set; } = null!;

    /// <summary>Everything in the bundle after statement and list.</summary>
    public Tree Tree { get; private set; } = null!;

    /// <summary>Opens a file and reads statement and list. Throws <see cref="BuilditException"/> if it is no bundle.</summary>
    public static BundleArchive Open(string path)
    {
        var archive = new BundleArchive(path);
        try
        {
            return archive.Guarded(archive.ReadHead);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>Unpacks everything into an empty directory, durably. Throws <see cref="BuilditException"/> if the archive is not what its list says; what was written until then is no bundle.</summary>
    public void Unpack(string directory, CancellationToken cancel) => Guarded(() =>
    {
        foreach (var expected in Tree.Entries)
        {
            cancel.ThrowIfCancellationRequested();
            var found = Next(expected.Path);
            if (found.Name.TrimEnd('/') != expected.Path || found.Kind != expected.Kind || found.Mode != expected.Mode || (expected.Kind == EntryKind.Symlink && found.Target != expected.Target))
            {
                throw RefusedException.Entry(found.Name, $"is not what its list says: '{expected.Path}'");
            }

            Write(expected, found.Content, Path.Combine(directory, expected.Path));
        }

        if (_entries.MoveNext())
        {
            throw RefusedException.Entry(_entries.Current.Name, "is not in its list");
        }

        Posix.SyncFileSystem(directory);
        return this;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _entries.Dispose();
        _stream.Dispose();
    }

    private BundleArchive ReadHead()
    {
        Envelope = Envelope.Read(Document(BundleLayout.Statement, LargestStatement)) ?? throw new InvalidDataException("its statement is no DSSE envelope");
        Statement = BundleStatement.Open(Envelope) ?? throw new InvalidDataException("its statement is not about a bundle");
        var list = Document(BundleLayout.List, LargestList);
        if (Digest.Of(list) != Statement.List)
        {
            throw new InvalidDataException("its list is not the one that was signed");
        }

        try
        {
            Tree = BundleTree.Read(Encoding.UTF8.GetString(list));
        }
        catch (FormatException e)
        {
            throw new RefusedException(e.Message);
        }

        return this;
    }

    private byte[] Document(string path, int most)
    {
        var entry = Next(path);
        if (entry.Name != path || entry.Content is not { } content)
        {
            throw new InvalidDataException($"'{path}' is not where it should be");
        }

        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > most)
            {
                throw new RefusedException($"'{path}' is larger than {most >> 20} MiB");
            }
        }

        return memory.ToArray();
    }

    private ArchiveEntry Next(string path) => _entries.MoveNext() ? _entries.Current : throw new InvalidDataException($"'{path}' is not in it");

    private static void Write(TreeEntry entry, Stream? content, string place)
    {
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                Directory.CreateDirectory(place);
                break;
            case EntryKind.Symlink:
                File.CreateSymbolicLink(place, entry.Target!);
                break;
            default:
                using (var limited = new LimitedStream(content!, entry.Size))
                {
                    if (NewFile.Write(place, entry.IsExecutable, limited) != entry.Content)
                    {
                        throw RefusedException.Entry(entry.Path, "has other bytes than its list says");
                    }
                }

                // They are a person's files from now on.
                File.SetUnixFileMode(place, (UnixFileMode)entry.Mode);
                break;
        }
    }

    private T Guarded<T>(Func<T> read) => ArchiveErrors.Guard($"the bundle '{_path}'", null, read);
}
