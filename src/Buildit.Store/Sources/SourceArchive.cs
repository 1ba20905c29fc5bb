using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;
using Buildit.Core.Trees;
using Buildit.Store.Compression;
using Buildit.Store.Files;

namespace Buildit.Store.Sources;

/// <summary>Something to make a source tar of.</summary>
/// <param name="Path">A file or, for local sources, a directory of this machine.</param>
/// <param name="Name">The file's name, as shown to people and, if it is not unpacked, as it is called in the tar.</param>
public sealed record SourceInput(string Path, string Name)
{
    /// <summary>False: the file is put into the tar as it is.</summary>
    public bool Unpack { get; init; } = true;

    /// <summary>Leading directories to drop; null = the single top directory, if there is one.</summary>
    public int? Strip { get; init; }

    /// <summary>Where the recipe declares the source.</summary>
    public SourceSpan? Span { get; init; }
}

/// <summary>
/// Turns whatever a source is (tar with any compression, zip, a plain file, a directory) into one canonical tar that is safe to unpack with
/// nothing but <c>tar -xf</c>: sorted, explicit directories, owner 0:0, modes 0755 or 0644, each entry's own time, no path and no link
/// that leads out. Equal trees give equal bytes. What is unsafe, damaged or cut off throws <see cref="BuilditException"/> with <see cref="ExitCode.InvalidInput"/>.
/// </summary>
public sealed class SourceArchive(string spoolDirectory, SourceLimits? limits = null)
{
    /// <summary>The time of what has none of its own that every machine agrees on: 1980-01-01, the oldest that a zip can say.</summary>
    public const long FixedMtime = 315532800;

    // What eleven octal digits of a tar header hold. The year 2242 is far enough.
    private const long MaxMtime = 0x1FFFFFFFF;

    // Bytes of a tar that are no content: headers, pax headers with usual names, padding.
    private const int HeadersPerEntry = 4096;
    private readonly SourceLimits _limits = limits ?? new();

    /// <summary>Writes the tar of a file: unpacked if it is an archive, else the file itself.</summary>
    public SourceTar FromFile(SourceInput input, Stream output, CancellationToken cancel) => Guarded(input, () =>
    {
        using var spool = new Spool(spoolDirectory, _limits.Bytes);
        var tree = new SourceTreeBuilder(spool, _limits);
        if (input.Unpack && TryUnpack(input, tree, cancel))
        {
            var layout = SourceLayout.Create(tree.Nodes, input.Strip);
            return Write(layout.NewestMtime is null ? throw new RefusedException("nothing is left of it to unpack") : layout, output, cancel);
        }

        return Write(SourceLayout.Create(SingleFile(input), strip: 0), output, cancel);
    });

    /// <summary>
    /// Writes the tar of a local file or directory. A directory is filtered by its .builditignore, or else .gitignore, and all its times are <see cref="FixedMtime"/>,
    /// so that the tar's digest says what is in it and nothing else.
    /// </summary>
    public SourceTar FromLocal(SourceInput input, Stream output, CancellationToken cancel)
    {
        if (Directory.Exists(input.Path))
        {
            return Guarded(input, () => Write(SourceLayout.Create(LocalDirectory.Read(input.Path, _limits, cancel), strip: 0), output, cancel));
        }

        return File.Exists(input.Path)
            ? FromFile(input, output, cancel)
            : throw new BuilditException(ExitCode.InvalidInput, $"there is no file or directory '{input.Name}'", span: input.Span);
    }

    /// <summary>Writes the tar of entries that come from elsewhere than an archive, as they are.</summary>
    internal SourceTar FromEntries(SourceInput input, IEnumerable<ArchiveEntry> entries, Stream output, CancellationToken cancel) => Guarded(input, () =>
    {
        using var spool = new Spool(spoolDirectory, _limits.Bytes);
        return Write(Layout(entries, spool, cancel), output, cancel);
    });

    /// <summary>A file that is a canonical tar already; null if it is anything else.</summary>
    internal SourceTar? Recognise(string file, CancellationToken cancel)
    {
        try
        {
            using var input = File.OpenRead(file);
            using var spool = new Spool(spoolDirectory, _limits.Bytes);
            return Write(Layout(new TarArchiveReader(input).Read(), spool, cancel), Stream.Null, cancel);
        }
        catch (Exception e) when (ArchiveErrors.AreOf(e))
        {
            return null;
        }
    }

    /// <summary>Unpacks a canonical tar whose entries all have one time into a new directory.</summary>
    internal Tree Unpack(string tar, string directory, CancellationToken cancel)
    {
        using var file = File.OpenRead(tar);
        using var spool = new Spool(spoolDirectory, _limits.Bytes);
        return Layout(new TarArchiveReader(file).Read(), spool, cancel).Unpack(directory, cancel);
    }

    private SourceLayout Layout(IEnumerable<ArchiveEntry> entries, Spool spool, CancellationToken cancel)
    {
        var tree = new SourceTreeBuilder(spool, _limits);
        AddAll(entries, tree, cancel);
        return tree.Nodes.Count == 0 ? throw new RefusedException("there is no file in it") : SourceLayout.Create(tree.Nodes, strip: 0);
    }

    private static SourceTar Write(SourceLayout layout, Stream output, CancellationToken cancel)
    {
        using var hashing = new HashingStream(output, HashAlgorithmName.SHA256);
        layout.Write(hashing, cancel);
        return new(Digest.FromHash(hashing.GetHash()), hashing.Count, layout.NewestMtime ?? FixedMtime);
    }

    private static Dictionary<string, SourceNode> SingleFile(SourceInput input)
    {
        var file = new FileInfo(input.Path);
        var executable = (file.UnixFileMode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
        return new() { [input.Name] = new(EntryKind.File, FixedMtime, File: new(file.Length, executable, file.OpenRead)) };
    }

    /// <summary>False if the file is no archive.</summary>
    private bool TryUnpack(SourceInput input, SourceTreeBuilder tree, CancellationToken cancel)
    {
        using var file = File.OpenRead(input.Path);
        using var peeked = PeekedStream.Over(file, TarHeader.Size, out var kind);
        if (kind == ContentKind.Zip)
        {
            // A zip is read from its end.
            AddAll(ZipArchiveReader.Read(file), tree, cancel);
            return true;
        }

        using var content = new LimitedStream(Decompressor.Open(peeked), _limits.Bytes + ((long)_limits.Entries * HeadersPerEntry));
        using var start = PeekedStream.Over(content, TarHeader.Size, out var inner);
        if (inner != ContentKind.Tar)
        {
            // A page saved as .tar.gz must not become a source with one odd file.
            return ArchiveName.SaysTar(input.Name) ? throw new InvalidDataException($"its name says that it is a tar archive, but {(inner == kind ? "it" : "what it holds")} is {inner.Description}") : false;
        }

        AddAll(new TarArchiveReader(start).Read(), tree, cancel);
        return true;
    }

    private static void AddAll(IEnumerable<ArchiveEntry> entries, SourceTreeBuilder tree, CancellationToken cancel)
    {
        foreach (var entry in entries)
        {
            cancel.ThrowIfCancellationRequested();
            tree.Add(entry with { Mtime = Math.Clamp(entry.Mtime, 0, MaxMtime) });
        }
    }

    private static SourceTar Guarded(SourceInput input, Func<SourceTar> work) => ArchiveErrors.Guard($"source '{input.Name}'", input.Span, work);
}
