namespace Buildit.Store.Fetching;

/// <summary>The bytes of a file from <paramref name="Offset"/> on.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="Offset">Where they start: what was asked for, or 0 if the server sends the whole file.</param>
/// <param name="Total">Size of the whole file, if said.</param>
/// <param name="Validator">Strong ETag or Last-Modified, with which the rest can be asked for later (<c>If-Range</c>).</param>
/// <param name="Owner">Closed with the content.</param>
internal sealed record Body(Stream Content, long Offset, long? Total, string? Validator, IDisposable? Owner = null) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        Owner?.Dispose();
    }
}

/// <summary>How much of a file is there already, and what says that it is still the same file.</summary>
internal readonly record struct ResumePoint(long Offset, string? Validator);
