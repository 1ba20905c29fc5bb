using System.Collections.Immutable;
using Buildit.Core.Debian;

namespace Buildit.Store.Debian;

/// <summary>
/// What this machine's apt is configured to use. This is what the mirror entry <c>apt</c> means: a machine that can install packages
/// can build, without its mirror's name being written anywhere.
/// </summary>
public sealed record AptConfiguration(ImmutableArray<AptSource> Sources, AptSettings Settings)
{
    /// <summary>Where Debian keeps it.</summary>
    public const string DefaultDirectory = "/etc/apt";

    private const string MirrorFile = "mirror+file:";

    /// <summary>Reads <paramref name="directory"/>; a machine without apt has no sources. Files that cannot be read count as absent.</summary>
    public static AptConfiguration Read(string directory = DefaultDirectory)
    {
        var sources = ReadText(Path.Combine(directory, "sources.list")) is { } list ? AptSourceParser.ParseList(list) : [];
        foreach (var path in FilesIn(Path.Combine(directory, "sources.list.d"), ".list", ".sources"))
        {
            var text = ReadText(path) ?? "";
            sources = sources.AddRange(path.EndsWith(".list", StringComparison.Ordinal) ? AptSourceParser.ParseList(text) : AptSourceParser.ParseSources(text));
        }

        // apt.conf comes after its parts (apt.conf(5)).
        var settings = FilesIn(Path.Combine(directory, "apt.conf.d"), "", ".conf").Append(Path.Combine(directory, "apt.conf")).Select(ReadText).OfType<string>();
        return new([.. sources.SelectMany(Expand)], AptSettings.Parse(settings));
    }

    /// <summary>Where Debian's archive can be had, see <see cref="AptMirrors.OfDebian"/>.</summary>
    public ImmutableArray<AptMirror> DebianMirrors(string suite) => AptMirrors.OfDebian(Sources, suite, Settings);

    private static IEnumerable<AptSource> Expand(AptSource source)
    {
        if (!source.Uri.StartsWith(MirrorFile, StringComparison.Ordinal))
        {
            return [source];
        }

        var list = ReadText(source.Uri[MirrorFile.Length..]) ?? "";
        return AptSourceParser.ParseMirrorList(list).Select(uri => source with { Uri = uri });
    }

    // As apt does: files in the order of their names, others' files (.dpkg-old, .disabled) left out.
    private static IEnumerable<string> FilesIn(string directory, params string[] extensions) =>
        Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory).Where(p => extensions.Contains(Path.GetExtension(p), StringComparer.Ordinal)).Order(StringComparer.Ordinal)
            : [];

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
