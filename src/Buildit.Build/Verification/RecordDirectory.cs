using Buildit.Core;
using Buildit.Core.Keys;
using Buildit.Store.Trees;

namespace Buildit.Build.Verification;

/// <summary>A directory with envelopes at <c>records/AA/KEY</c>, where AA is how KEY begins: a binhost's records.</summary>
public sealed class RecordDirectory(string name, string directory) : IRecordOrigin
{
    private const string Records = "records";
    private const long LargestRecord = 1 << 24;

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>Whether a directory is one.</summary>
    public static bool IsAt(string directory) => Directory.Exists(Path.Combine(directory, Records));

    /// <inheritdoc/>
    public async Task<OriginRecord> FindAsync(RecipeKey key, CancellationToken cancel)
    {
        var file = new FileInfo(Path.Combine(directory, Records, key.ToString()[..2], key.ToString()));
        if (!file.Exists)
        {
            return OriginRecord.None;
        }

        return file.Length > LargestRecord ? new(null, "what is there is too large for a record") : OriginRecord.Of(await File.ReadAllBytesAsync(file.FullName, cancel), key);
    }

    /// <inheritdoc/>
    public StoredTree? FindTree(Digest diffId) => null;
}
