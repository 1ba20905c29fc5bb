using System.Collections.Immutable;
using Buildit.Core.Containers;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Core.Sboms;

namespace Buildit.Core.Binhosts.Keeping;

/// <summary>A record of a binhost, as far as it matters for what is kept there.</summary>
/// <param name="Key">Recipe key of a package, image key of an image.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Written">When the record was written there: what makes one newer than another.</param>
public sealed record Holding(Digest Key, CatalogSubject Subject, DateTimeOffset Written)
{
    // Roles of dependencies that are there at run time; what was only needed to build is not needed to use what was built.
    private static readonly ImmutableArray<string> Running = ["lib", "runtime", "companion", "member"];

    private const string Imported = "debian/";

    /// <summary>Further keys that find the record.</summary>
    public ImmutableArray<Digest> OtherKeys { get; init; } = [];

    /// <summary>The outputs of a package.</summary>
    public ImmutableArray<Digest> Outputs { get; init; } = [];

    /// <summary>The image itself: an ACI, or a manifest; none for a package.</summary>
    public Digest Image { get; init; }

    /// <summary>What it was made from: of an image the outputs in it, of a package sources, patches and outputs. Blobs of them are kept where there are any.</summary>
    public ImmutableArray<Digest> Materials { get; init; } = [];

    /// <summary>Blobs without which the record is of no use.</summary>
    public ImmutableArray<Digest> Blobs { get; init; } = [];

    /// <summary>Keys of the packages that run with it.</summary>
    public ImmutableArray<Digest> RunsWith { get; init; } = [];

    /// <summary>The .debs whose packages run with it, whatever keys those have: an imported package's key names what its distribution says that it depends on by them.</summary>
    public ImmutableArray<Digest> RunsWithDebs { get; init; } = [];

    /// <summary>Other names that it has: its ACI, its log.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>Names of the documents that say what it is made of. They are there if they were asked for when it was pushed.</summary>
    public IEnumerable<string> Sboms => SbomFormat.All.Select(f => BinhostLayout.Sbom(Key, f));

    /// <summary>Those names of an image's files that must be there, and what they must be.</summary>
    public ImmutableArray<KeyValuePair<string, Digest>> Named { get; init; } = [];

    /// <summary>Whether it is a package that was imported from a distribution.</summary>
    public bool IsImported => !IsImage && Subject.Name.StartsWith(Imported, StringComparison.Ordinal);

    /// <summary>Whether it is an image.</summary>
    public bool IsImage => !Image.IsEmpty;

    /// <summary>For people.</summary>
    public string DisplayName => Subject.Version.Length == 0 ? Subject.Name : $"{Subject.Name}-{Subject.Version}";

    /// <summary>The catalog's rows for it.</summary>
    public IEnumerable<CatalogRow> Rows => [new CatalogRow(Key, Key) { Subject = Subject }, .. OtherKeys.Where(k => k != Key).Select(k => new CatalogRow(k, Key))];

    /// <summary>Reads a record; null if it is none of ours.</summary>
    /// <param name="key">That it lies under.</param>
    /// <param name="envelope">Who signed it does not matter here.</param>
    /// <param name="written">When it was written.</param>
    public static Holding? Of(Digest key, Envelope envelope, DateTimeOffset written) =>
        RecordFormat.Open(envelope) is { } package ? Of(key, envelope, written, package)
        : ImageRecord.Open(envelope) is { } image ? Of(key, written, image)
        : null;

    /// <summary>The same, with what the preimage of a package's key says about what runs with it.</summary>
    public Holding With(Preimage preimage) => this with
    {
        RunsWith = [.. preimage.Inputs.Where(i => Running.Contains(i.Kind)).Select(i => Digest.TryParse(i.Value, out var key) ? key : default).Where(k => !k.IsEmpty).Distinct()],
        RunsWithDebs = [.. preimage.Of("closure").Select(i => Digest.TryParse(i["closure-deb"], out var deb) ? deb : default).Where(d => !d.IsEmpty).Except(Materials)],
    };

    private static Holding Of(Digest key, Envelope envelope, DateTimeOffset written, Record record) => new(key, new("package", record.Package, record.Version), written)
    {
        OtherKeys = [record.BuildKey.Digest],
        Outputs = [.. record.Outputs.Values.Distinct()],
        Materials = [.. record.Materials.Select(m => m.Digest).Distinct()],
        Blobs = [.. envelope.Layers.Select(l => l.Digest).Append(record.Preimage).Distinct()],
        Files = [BinhostLayout.Log(key)],
    };

    private static Holding Of(Digest key, DateTimeOffset written, ImageRecord record)
    {
        var format = ImageFormats.OfFile(record.FileName);
        ImmutableArray<KeyValuePair<string, Digest>> files = format == ImageFormat.Oci ? [] : [.. record.Others.Prepend(new(record.FileName, record.Digest)).Select(f => KeyValuePair.Create(BinhostLayout.ImageFile(f.Key), f.Value))];
        return new(key, new(format.Name(), record.Name, record.Version), written)
        {
            Image = record.Digest,
            Materials = [.. record.Materials.Select(m => m.Digest).Distinct()],
            Blobs = [record.Digest, .. record.Others.Select(o => o.Value)],
            Files = [.. files.Select(f => f.Key)],
            Named = files,
        };
    }
}
