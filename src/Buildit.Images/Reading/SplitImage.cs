using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Aci;
using Buildit.Store.Archives;
using Buildit.Store.Compression;

namespace Buildit.Images.Reading;

/// <summary>
/// Finds what an ACI depends on in the files beside it, under the names that <see cref="SplitAciWriter"/> gives them, and lists it in the order in which it is laid over each other ("Dependency Matching",
/// "Image Manifest Schema" 0.8.11): what a dependency depends on before it, and each image after all that it depends on. Only the bytes count that the image IDs say.
/// </summary>
/// <param name="path">The image.</param>
/// <param name="shown">The same for messages.</param>
/// <param name="list">Lists the archive in a file, with the text of its manifest.</param>
internal sealed class SplitImage(string path, string shown, Func<string, IReadOnlyList<ListedFile>> list)
{
    private const int Deepest = 64;

    // Images that are each depended on twice by the next one would be laid over each other 2^64 times.
    private const int Most = 4096;
    private const string Manifest = "manifest";
    private int _count;

    /// <summary>The files of all images below the one of this manifest, lowest first, as they are in their archives.</summary>
    internal IEnumerable<IReadOnlyList<ListedFile>> Below(byte[] manifest) => Below(manifest, $"'{shown}'", 0);

    private IEnumerable<IReadOnlyList<ListedFile>> Below(byte[] manifest, string dependent, int depth)
    {
        var (name, dependencies) = AciDependency.Read(manifest, dependent);
        _count += dependencies.Length;
        if ((depth == Deepest && !dependencies.IsEmpty) || _count > Most)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{shown}' depends on too many images that depend on others");
        }

        return dependencies.SelectMany(d => With(d, name, dependent, depth));
    }

    private IEnumerable<IReadOnlyList<ListedFile>> With(AciDependency dependency, string name, string dependent, int depth)
    {
        var file = dependency.FileName(name);
        var place = Path.Combine(Path.GetDirectoryName(path)!, file);
        if (file.Contains('/', StringComparison.Ordinal) || !File.Exists(place))
        {
            throw new BuilditException(ExitCode.Missing, $"{dependent} depends on '{dependency.Name}', which is not beside it as '{VisibleText.Of(file)}'", "build or pull its container again, into the same directory");
        }

        using (var archive = Decompressor.Open(File.OpenRead(place)))
        {
            if (AciDependency.IdOf(archive) is var id && id != dependency.ImageId)
            {
                throw new BuilditException(ExitCode.InvalidInput, $"'{file}' is not the image that {dependent} depends on: it is {id}, not {dependency.ImageId}", "build or pull its container again, into the same directory");
            }
        }

        var files = list(place);
        // Where the bytes of all files are kept, a text is one of them.
        var manifest = files.FirstOrDefault(f => f.Entry is { Path: Manifest, Kind: EntryKind.File }) is { } m ? m.Text ?? File.ReadAllBytes(m.File!)
            : throw new BuilditException(ExitCode.InvalidInput, $"'{file}', which {dependent} depends on, has no manifest");
        return [.. Below(manifest, $"'{file}'", depth + 1), files];
    }
}
