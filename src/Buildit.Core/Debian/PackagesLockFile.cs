using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Core.Diagnostics;
using Buildit.Core.Locks;
using Buildit.Core.Trees;

namespace Buildit.Core.Debian;

/// <summary>
/// <c>packages.lock</c>: one deb822 stanza a package, sorted by name, so that a change of one package is a change of one stanza.
/// Read on every run, so it is read without detours.
/// </summary>
public static class PackagesLockFile
{
    private static readonly string[] Fields = ["Package", "Version", "Architecture", "Filename", "Size", "SHA256", "Depends"];

    /// <summary>The file's text. <paramref name="origin"/> says what was resolved: <c>bookworm 12.15 main amd64</c>.</summary>
    public static string Print(PackagesLock locked, string origin)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# Written by 'buildit lock' from {origin}; do not edit\n");
        foreach (var package in locked.Packages.Values)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nPackage: {package.Name}\nVersion: {package.Version}\nArchitecture: {package.Architecture}\n");
            text.Append(CultureInfo.InvariantCulture, $"Filename: {package.Path}\nSize: {package.Size}\nSHA256: {package.Sha256.Hex}\n");
            if (!package.Depends.IsEmpty)
            {
                text.Append("Depends: ").AppendJoin(", ", package.Depends).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="Print"/> wrote, with LF or CRLF; throws <see cref="BuilditException"/> with everything that is wrong and where.</summary>
    public static PackagesLock Parse(SourceText source)
    {
        var problems = new DiagnosticBag();
        var packages = ImmutableSortedDictionary.CreateBuilder<string, LockedPackage>(StringComparer.Ordinal);
        var reader = new LockStanzas(source, problems, Hint);
        var stanzas = reader.Read();
        foreach (var stanza in stanzas)
        {
            if (ToPackage(stanza, reader, problems) is { } package && !packages.TryAdd(package.Name, package))
            {
                problems.Error(new(source, stanza.Line, 1), $"'{package.Name}' is locked twice", Hint);
            }
        }

        if (!problems.HasErrors)
        {
            CheckDepends(stanzas, packages, reader, problems);
        }

        problems.ThrowIfErrors();
        return new(packages.ToImmutable());
    }

    private const string Hint = "the file is written by 'buildit lock': run it again instead of editing";

    private static LockedPackage? ToPackage(Stanza stanza, LockStanzas reader, DiagnosticBag problems)
    {
        var before = problems.Items.Count;
        reader.RefuseUnknown(stanza, Fields);
        var name = reader.Need(stanza, "Package", name => Dependency.IsName(name));
        var version = reader.Need(stanza, "Version", version => DebianVersion.IsValid(version));
        var architecture = reader.Need(stanza, "Architecture", architecture => Dependency.IsName(architecture));
        var path = reader.Need(stanza, "Filename", TreePath.IsClean);
        var size = reader.Need(stanza, "Size", size => long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var sha256 = reader.Need(stanza, "SHA256", hex => Digest.TryParse(hex, out _));
        return problems.Items.Count > before
            ? null
            : new(name, version, architecture, path, long.Parse(size, CultureInfo.InvariantCulture), Digest.Parse(sha256), [.. DependsOf(stanza)]);
    }

    private static string[] DependsOf(Stanza stanza) => stanza["Depends"]?.Split(", ", StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static void CheckDepends(List<Stanza> stanzas, ImmutableSortedDictionary<string, LockedPackage>.Builder packages, LockStanzas reader, DiagnosticBag problems)
    {
        foreach (var stanza in stanzas)
        {
            foreach (var missing in DependsOf(stanza).Where(name => !packages.ContainsKey(name)))
            {
                problems.Error(reader.SpanOf(stanza, "Depends"), $"'{stanza["Package"]}' depends on '{missing}', which is not locked", Hint);
            }
        }
    }
}
