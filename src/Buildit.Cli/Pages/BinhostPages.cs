using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Buildit.Build.Sharing;
using Buildit.Cli.Building;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Binhosts.Keeping;
using Buildit.Core.Containers;
using Buildit.Images.Aci;
using Buildit.Store;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Pages;

/// <summary>
/// Keeps the pages of a binhost as what is pushed and removed says. A page is one document with the data that it was made of in it, so that several may push at once; one that
/// would be the same is not written.
/// </summary>
/// <param name="store">Has what is pushed.</param>
/// <param name="writer">Where the pages go.</param>
/// <param name="download">Where the binhost is read from: if that is a web server, images can be found by its name.</param>
internal sealed class BinhostPages(ContentStore store, BinhostWriter writer, string download)
{
    private const int AtOnce = 8;

    /// <summary>Adds packages: those that were pushed, or now have a bill of materials, and those of which there is no page yet.</summary>
    public async Task PackagesAsync(ImmutableArray<PushedPackage> packages, IReadOnlySet<Digest> described, CancellationToken cancel)
    {
        if (!writer.HasPages)
        {
            return;
        }

        var rows = new System.Collections.Concurrent.ConcurrentBag<FrontRow>();
        var known = await KnownAsync(packages, cancel);
        await Parallel.ForEachAsync(packages.Where(p => p.IsNew || described.Contains(p.Package.Package.Key.Digest) || !known.Contains(p.Package.Package.Name)).GroupBy(p => p.Package.Package.Name), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (group, stop) =>
        {
            foreach (var pushed in group)
            {
                var made = new PackageEntries(store).Of(pushed);
                await writer.UpdateDocumentAsync(BinhostLayout.FilesPage(group.Key, Digest.Parse(made.Entry.Key)), _ => PackagePage.Files(group.Key, made.Entry, made.Trees), stop);
                var page = await UpdateAsync(
                    writer,
                    BinhostLayout.PackagePage(group.Key),
                    PageData.Default.PackagePageData,
                    there => new(group.Key, made.Summary, made.License, With(there?.Entries ?? [], made.Entry with { HasSbom = described.Contains(pushed.Package.Package.Key.Digest) }, e => e.Key, (old, made) => made with { HasSbom = old.HasSbom || made.HasSbom })),
                    PackagePage.Print,
                    stop);
                rows.Add(RowOf(page!));
            }
        });
        await FrontAsync(data => data with { Packages = Merged(data.Packages, rows) }, cancel);
    }

    /// <summary>Adds the images of a container.</summary>
    public async Task ImagesAsync(Container container, ImmutableArray<FinishedImage> images, Digest? signer, ImmutableArray<Digest> described, CancellationToken cancel)
    {
        if (!writer.HasPages)
        {
            return;
        }

        var entries = images.Select(i => ImageOf(i, signer) with { HasSbom = described.Contains(i.Record.Key) }).ToArray();
        var page = await UpdateAsync(
            writer,
            BinhostLayout.ImagePage(container.Name),
            PageData.Default.ImagePageData,
            there => entries.Aggregate(there ?? new(container.Name, []), (data, entry) => data with { Entries = With(data.Entries, entry, e => e.Key, (old, made) => made with { HasSbom = old.HasSbom || made.HasSbom }) }),
            ImagePage.Print,
            cancel);
        var discoveries = images.Where(i => i.Step.Format == ImageFormat.Aci).SelectMany(i => Discovered(container, i)).DistinctBy(d => d.Prefix).ToDictionary(d => d.Prefix, StringComparer.Ordinal);
        // Of all tags that a name begins with, actool takes the first: that of 'nginx-extra' stands before that of 'nginx'.
        await FrontAsync(
            data => data with
            {
                Images = Merged(data.Images, [RowOf(page!)]),
                Discoveries = [.. data.Discoveries.Where(d => !discoveries.ContainsKey(d.Prefix)).Concat(discoveries.Values).OrderByDescending(d => d.Prefix, StringComparer.Ordinal)],
            },
            cancel);
    }

    /// <summary>Takes records from the pages.</summary>
    public static async Task RemoveAsync(BinhostWriter writer, ImmutableArray<Holding> records, CancellationToken cancel)
    {
        var (packages, images) = (new Dictionary<string, FrontRow?>(StringComparer.Ordinal), new Dictionary<string, FrontRow?>(StringComparer.Ordinal));
        foreach (var group in records.GroupBy(r => (r.IsImage, r.Subject.Name)))
        {
            var (name, gone) = (group.Key.Name, group.Select(r => r.Key.Hex).ToHashSet(StringComparer.Ordinal));
            if (group.Key.IsImage)
            {
                var page = await UpdateAsync(writer, BinhostLayout.ImagePage(name), PageData.Default.ImagePageData, data => data is null ? null : data with { Entries = data.Entries.RemoveAll(e => gone.Contains(e.Key)) }, ImagePage.Print, cancel);
                images[name] = page is { Entries.IsEmpty: false } ? RowOf(page) : null;
            }
            else
            {
                var page = await UpdateAsync(writer, BinhostLayout.PackagePage(name), PageData.Default.PackagePageData, data => data is null ? null : data with { Entries = data.Entries.RemoveAll(e => gone.Contains(e.Key)) }, PackagePage.Print, cancel);
                packages[name] = page is { Entries.IsEmpty: false } ? RowOf(page) : null;
            }
        }

        if (packages.Count + images.Count > 0)
        {
            await UpdateAsync(
                writer,
                BinhostLayout.FrontPage,
                PageData.Default.FrontPageData,
                data => data is null ? null : data with { Packages = Without(data.Packages, packages), Images = Without(data.Images, images) },
                FrontPage.Print,
                cancel);
        }
    }

    private async Task<IReadOnlySet<string>> KnownAsync(ImmutableArray<PushedPackage> packages, CancellationToken cancel)
    {
        var known = ImmutableHashSet<string>.Empty;
        if (packages.Any(p => !p.IsNew))
        {
            // Only looked at.
            await writer.UpdateDocumentAsync(BinhostLayout.FrontPage, current =>
            {
                known = [.. (PageData.In(current, PageData.Default.FrontPageData) ?? FrontPageData.Empty).Packages.Select(p => p.Name)];
                return null;
            }, cancel);
        }

        return known;
    }

    private async Task FrontAsync(Func<FrontPageData, FrontPageData> change, CancellationToken cancel) =>
        await UpdateAsync(writer, BinhostLayout.FrontPage, PageData.Default.FrontPageData, data => change(data ?? FrontPageData.Empty), FrontPage.Print, cancel);

    private static async Task<T?> UpdateAsync<T>(BinhostWriter writer, string path, JsonTypeInfo<T> type, Func<T?, T?> change, Func<T, byte[]> print, CancellationToken cancel)
        where T : class
    {
        T? changed = null;
        await writer.UpdateDocumentAsync(path, current => (changed = change(PageData.In(current, type))) is null ? null : print(changed), cancel);
        return changed;
    }

    /// <summary>Where the container's ACI is found, and those that it depends on.</summary>
    private IEnumerable<Discovery> Discovered(Container container, FinishedImage image) =>
        (image.Record.Others.IsEmpty ? [] : PackagesOf(image).Select(PackageAci.OwnName)).Prepend(container.Name).Distinct().Select(DiscoveryOf).OfType<Discovery>();

    private Discovery? DiscoveryOf(string name)
    {
        if (!Uri.TryCreate(download, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return null;
        }

        // Names of images have no port; who looks for one on another port says so beside the name.
        var path = url.AbsolutePath.TrimEnd('/');
        var place = $"{url.Scheme}://{url.Authority}{path}";
        return new($"{url.Host}{path}/{name}", $"{place}/{BinhostLayout.Aci(AciDependency.FileStem(name))}-{{version}}-{{os}}-{{arch}}.{{ext}}", $"{place}/{BinhostLayout.KeyList}");
    }

    private static ImageEntry ImageOf(FinishedImage image, Digest? signer)
    {
        var record = image.Record;
        return new(
            record.Key.Hex,
            record.Version,
            image.Step.Format.Name(),
            record.Platform.ToString(),
            record.FileName,
            record.Digest.ToString(),
            ImageBlobs.Of(image).Sum(b => b.Size),
            image.Step.Tag,
            [.. PackagesOf(image)],
            signer is { } key ? [key.Hex] : []);
    }

    private static IEnumerable<string> PackagesOf(FinishedImage image) =>
        image.Record.Materials.Where(m => m.Name.Contains('/', StringComparison.Ordinal)).Select(m => m.Name[..m.Name.LastIndexOf('/')]).Distinct();

    private static FrontRow RowOf(PackagePageData page) => new(page.Name, page.Entries[0].Version, page.Summary, page.Entries.Length, page.Entries[0].Outputs.Sum(o => o.Bytes));

    private static FrontRow RowOf(ImagePageData page) =>
        new(page.Name, page.Entries[0].Version, string.Join(", ", page.Entries.Select(e => e.Type.ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal)), page.Entries.Length, page.Entries[0].Bytes);

    /// <summary>What was pushed last comes first; what is there already keeps its place, and its bill of materials if it has one.</summary>
    private static ImmutableArray<T> With<T>(ImmutableArray<T> entries, T entry, Func<T, string> key, Func<T, T, T> join) =>
        entries.Any(e => key(e) == key(entry)) ? [.. entries.Select(e => key(e) == key(entry) ? join(e, entry) : e)] : [entry, .. entries];

    // What is built here before what is only imported.
    private static ImmutableArray<FrontRow> Merged(ImmutableArray<FrontRow> rows, IReadOnlyCollection<FrontRow> changed) =>
        [.. changed.Concat(rows).DistinctBy(r => r.Name).OrderBy(r => r.Name.StartsWith("debian/", StringComparison.Ordinal)).ThenBy(r => r.Name, StringComparer.Ordinal)];

    private static ImmutableArray<FrontRow> Without(ImmutableArray<FrontRow> rows, Dictionary<string, FrontRow?> changed) =>
        [.. rows.Select(r => changed.TryGetValue(r.Name, out var row) ? row : r).OfType<FrontRow>()];
}
