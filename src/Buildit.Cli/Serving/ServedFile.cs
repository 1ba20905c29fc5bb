using System.Globalization;
using Buildit.Core;
using Buildit.Core.Binhosts;

namespace Buildit.Cli.Serving;

/// <summary>A file of a served directory, open.</summary>
/// <param name="Path">Its name in the directory.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record ServedFile(string Path, FileStream Content) : IAsyncDisposable
{
    private const string UnknownType = "application/octet-stream";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".json"] = "application/json",
        [".pub"] = "text/plain; charset=utf-8",
        [".yaml"] = "text/plain; charset=utf-8",
        [".log"] = "text/plain; charset=utf-8",
        [".aci"] = "application/vnd.appc.image.layout+tar",
    };

    /// <summary>Whether it never changes: a blob, which its digest names.</summary>
    public bool IsBlob => Path.StartsWith(BinhostLayout.Blobs + "/", StringComparison.Ordinal);

    /// <summary>Tells this content from any other that the name has had; in quotes, as a header has it.</summary>
    public string ETag => IsBlob ? $"\"{System.IO.Path.GetFileName(Path)}\"" : string.Create(CultureInfo.InvariantCulture, $"\"{Content.Length:x}-{File.GetLastWriteTimeUtc(Content.SafeFileHandle).Ticks:x}\"");

    /// <summary>Its media type.</summary>
    public string Type => Types.GetValueOrDefault(System.IO.Path.GetExtension(Path)) ?? (IsBlob ? UnknownType : IsText ? "text/plain; charset=utf-8" : UnknownType);

    /// <summary>Whether it is text, so that it is worth compressing.</summary>
    public bool IsText => !IsBlob && !Path.EndsWith(".aci", StringComparison.Ordinal);

    /// <summary>
    /// Opens what a request names; null if there is no such file. Names that begin with a dot are nobody's business; a link may lead anywhere in the directory, and nowhere else: where it led
    /// is asked of the kernel when it is open, so that nobody can change it in between.
    /// </summary>
    /// <param name="root">The directory, without links in it.</param>
    /// <param name="request">Path of the request, decoded, with a slash before it.</param>
    public static ServedFile? Open(string root, string request)
    {
        var path = request == "/" ? BinhostLayout.FrontPage : request.TrimStart('/');
        if (path.Split('/').Any(part => part.Length == 0 || part[0] == '.' || part.AsSpan().ContainsAny("\0\\")))
        {
            return null;
        }

        FileStream? file = null;
        try
        {
            var place = System.IO.Path.Combine(root, path);
            if (!File.Exists(place))
            {
                return null;
            }

            file = new(place, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            var real = File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}"), returnFinalTarget: false)!.FullName;
            return real.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal) ? new(path, Interlocked.Exchange(ref file, null)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
