using Buildit.Store.Sources;

namespace Buildit.Store.Archives;

/// <summary>The files of a tar archive, put into one temporary file so that they can be read in any order. As little is believed as by <see cref="TarListing"/>.</summary>
public sealed class SpooledTar : IDisposable
{
    private readonly Spool _spool;
    private readonly Dictionary<string, SourceFile> _files = new(StringComparer.Ordinal);

    private SpooledTar(Spool spool) => _spool = spool;

    /// <summary>Reads an archive to its end.</summary>
    /// <param name="tar">Not compressed.</param>
    /// <param name="what">The archive, for messages.</param>
    /// <param name="scratch">Directory for the temporary file.</param>
    /// <param name="limits">What it may hold.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static SpooledTar Read(Stream tar, string what, string scratch, SourceLimits limits, CancellationToken cancel)
    {
        var spooled = new SpooledTar(new(scratch, limits.Bytes));
        try
        {
            return ArchiveErrors.Guard(what, null, () => spooled.Fill(tar, limits, cancel));
        }
        catch
        {
            spooled.Dispose();
            throw;
        }
    }

    /// <summary>Opens a regular file; null if there is none.</summary>
    public Stream? Open(string path) => _files.GetValueOrDefault(path)?.Open();

    /// <summary>Deletes the temporary file.</summary>
    public void Dispose() => _spool.Dispose();

    private SpooledTar Fill(Stream tar, SourceLimits limits, CancellationToken cancel)
    {
        using var limited = new LimitedStream(tar, limits.Bytes);
        foreach (var (path, entry) in new TarArchiveReader(limited).ReadClean(limits.Entries, cancel))
        {
            if (entry.Content is { } content)
            {
                _files[path] = _spool.Add(content, executable: false);
            }
        }

        return this;
    }
}
