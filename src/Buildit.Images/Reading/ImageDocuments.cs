using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.Reading;

/// <summary>Documents in the files of an image that anyone may have made.</summary>
internal static class ImageDocuments
{
    private const int Largest = 16 << 20;

    /// <summary>All bytes of a document; throws for one that is too large to be any.</summary>
    /// <param name="files">Where it is.</param>
    /// <param name="stream">Its bytes; disposed here.</param>
    /// <param name="what">Its name, for messages.</param>
    internal static byte[] ReadAll(this IImageFiles files, Stream stream, string what)
    {
        using var document = stream;
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = document.Read(buffer)) > 0;)
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > Largest)
            {
                throw files.Damaged($"the document {what} is larger than {Largest >> 20} MiB");
            }
        }

        return memory.ToArray();
    }

    /// <summary>The error to throw.</summary>
    internal static BuilditException Damaged(this IImageFiles files, string why, Exception? inner = null) => new(ExitCode.InvalidInput, $"{files.Name} is damaged: {why}", inner: inner);
}
