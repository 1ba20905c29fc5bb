using System.Collections.Concurrent;
using Buildit.Core;
using Buildit.Store.Fetching;

namespace Buildit.Store.Tests.Fetching;

/// <summary>A blob store that insists on what the real one is promised: every blob has the digest that it is committed under.</summary>
public sealed class FakeSink : IBlobSink, IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ConcurrentDictionary<Digest, byte[]> _blobs = new();

    public int Commits { get; private set; }

    public IReadOnlyCollection<Digest> Digests => [.. _blobs.Keys];

    public byte[] this[Digest digest] => _blobs[digest];

    public long? Find(Digest digest) => _blobs.TryGetValue(digest, out var blob) ? blob.Length : null;

    public string PartialPath(string key) => Path.Combine(_directory.Path, key);

    public Task CommitAsync(string tempPath, Digest digest, CancellationToken cancel)
    {
        var bytes = File.ReadAllBytes(tempPath);
        Assert.Equal(digest, Digest.Of(bytes));
        File.Delete(tempPath);
        _blobs[digest] = bytes;
        Commits++;
        return Task.CompletedTask;
    }

    public void Dispose() => _directory.Dispose();
}
