using System.Collections.Immutable;
using System.Text;
using Buildit.Cli.Building;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Sboms;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Sboms;

/// <summary>
/// The files by which scanners (syft, trivy, grype) know what is in an image, for <c>sbom: files</c>: for each imported package a paragraph in <c>/var/lib/dpkg/status.d</c> with the
/// sums of its files, for each of ours an SPDX document in <c>/var/lib/db/sbom</c>, and an <c>/etc/os-release</c> if there is none. They belong to the image's step.
/// </summary>
internal sealed class ScannerFiles(Distribution? distribution)
{
    private const string Documents = "var/lib/db/sbom";
    private static readonly string[] ReleaseFiles = ["etc/os-release", "usr/lib/os-release"];

    // One more whenever the files come out otherwise.
    private const int FormatVersion = 1;

    /// <summary>Everything that decides about the files of a package, as a word for keys.</summary>
    public static string Identity(Package package)
    {
        var w = new CanonicalWriter("scanner-files", FormatVersion).Put("name", package.DisplayName).Put("key", package.Key.ToString());
        if (package is Package.Built { Recipe: var recipe })
        {
            w.Put("words", [recipe.Summary ?? "", recipe.Homepage ?? "", recipe.License ?? "", recipe.Cpe ?? ""]).Put("patches", [.. recipe.Patches.Select(p => p.Origin.Description ?? "")]);
        }

        return $"{package.DisplayName} {w.Digest.Hex}";
    }

    /// <summary>The container's files with these added; what is there already stays.</summary>
    /// <param name="composition">The image.</param>
    /// <param name="root">Its file system so far.</param>
    /// <param name="step">The step that asks for them.</param>
    public ContainerFiles Over(Composition composition, ImageRoot root, Step.Image step)
    {
        var files = root.Entries.ToLookup(e => e.Part?.Package);
        var texts = composition.Closure.SelectMany(c => Of(c, files[c.Package.Name], root)).Concat(Release(composition, root)).Where(t => t.Text.Length > 0 && root.Find(t.Path) is null);
        return new([.. composition.Files.Entries.Concat(texts.Select(t => Entry(t.Path, t.Text, step))).OrderBy(e => e.Entry.Path, PathOrder.Instance)]);
    }

    private IEnumerable<(string Path, string Text)> Of(Realised realised, IEnumerable<RootEntry> files, ImageRoot root) => realised.Package switch
    {
        Package.Imported { Pin: var pin } =>
        [
            ($"{DpkgStatus.Directory}/{pin.Name}", DpkgStatus.Print(pin)),
            ($"{DpkgStatus.Directory}/{pin.Name}.md5sums", DpkgStatus.PrintSums(FileSums.Md5Of(files, root.Find))),
        ],
        var package => [($"{Documents}/{package.Name.Replace('/', '-')}{SbomFormat.Spdx.Ending}", Encoding.UTF8.GetString(SbomFormat.Spdx.Write(DocumentOf(package, realised.Record.SourceDate))))],
    };

    /// <summary>The package alone, with its sources, patches and license.</summary>
    private Sbom DocumentOf(Package package, long sourceDate) =>
        new() { Kind = SbomKind.Package, Name = package.Name, Version = package.Version, Created = sourceDate, Packages = [new PackageDescriber(distribution).Describe(package)] };

    private IEnumerable<(string Path, string Text)> Release(Composition composition, ImageRoot root)
    {
        var isDebian = distribution is not null && composition.Closure.Any(c => c.Package is Package.Imported);
        return !isDebian || ReleaseFiles.Any(f => root.Find(f) is not null) ? [] :
        [
            // Advisories are looked up by these two words; os-release(5).
            (ReleaseFiles[0], $"ID=debian\nVERSION_ID=\"{SbomNames.DebianRelease(distribution!.Suite)}\"\nVERSION_CODENAME={distribution.Suite}\nNAME=\"{composition.Container.Name}\"\nPRETTY_NAME=\"{composition.Container.DisplayName}, with packages of Debian {distribution.Suite}\"\n"),
        ];
    }

    private static ContainerEntry Entry(string path, string text, Step.Image step)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new(new(path, EntryKind.File) { Size = bytes.Length, Content = Digest.Of(bytes) }, step.Span) { Open = () => new MemoryStream(bytes, writable: false) };
    }
}
