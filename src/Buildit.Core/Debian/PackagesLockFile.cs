using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Core.Diagnostics;
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
        var stanzas = ReadStanzas(source, problems);
        foreach (var stanza in stanzas)
        {
            if (ToPackage(stanza, source, problems) is { } package && !packages.TryAdd(package.Name, package))
            {
                problems.Error(new(source, stanza.Line, 1), $"'{package.Name}' is locked twice", Hint);
            }
        }

        if (!problems.HasErrors)
        {
            CheckDepends(stanzas, packages, source, problems);
        }

        problems.ThrowIfErrors();
        return new(packages.ToImmutable());
    }

    private const string Hint = "the file is written by 'buildit lock': run it again instead of editing";

    private static List<Stanza> ReadStanzas(SourceText source, DiagnosticBag problems)
    {
        var stanzas = new List<Stanza>();
        using var text = new StringReader(source.Text);
        var reader = new ControlReader(text);
        try
        {
            while (reader.Read() is { } stanza)
            {
                stanzas.Add(stanza);
            }
        }
        catch (FormatException e)
        {
            problems.Error(new(source, reader.Line, 1, Math.Max(1, source.Line(reader.Line).Length)), e.Message, Hint);
        }

        return stanzas;
    }

    private static LockedPackage? ToPackage(Stanza stanza, SourceText source, DiagnosticBag problems)
    {
        var before = problems.Items.Count;
        foreach (var field in stanza.Fields.Where(f => !Fields.Contains(f.Name, StringComparer.Ordinal)))
        {
            problems.Error(new(source, field.Line, 1, field.Name.Length), $"unknown field '{field.Name}'", Suggestion.Hint(field.Name, Fields) ?? Hint);
        }

        var name = Need("Package", name => Dependency.IsName(name));
        var version = Need("Version", version => DebianVersion.IsValid(version));
        var architecture = Need("Architecture", architecture => Dependency.IsName(architecture));
        var path = Need("Filename", TreePath.IsClean);
        var size = Need("Size", size => long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var sha256 = Need("SHA256", hex => Digest.TryParse(hex, out _));
        return problems.Items.Count > before
            ? null
            : new(name, version, architecture, path, long.Parse(size, CultureInfo.InvariantCulture), Digest.Parse(sha256), [.. DependsOf(stanza)]);

        string Need(string field, Func<string, bool> isValid)
        {
            var value = stanza[field];
            if (value is null)
            {
                problems.Error(new(source, stanza.Line, 1), $"the stanza has no '{field}'", Hint);
            }
            else if (!isValid(value))
            {
                problems.Error(FieldSpan(stanza, field, source), $"'{value}' is not a value for '{field}'", Hint);
            }

            return value ?? "";
        }
    }

    private static string[] DependsOf(Stanza stanza) => stanza["Depends"]?.Split(", ", StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static void CheckDepends(List<Stanza> stanzas, ImmutableSortedDictionary<string, LockedPackage>.Builder packages, SourceText source, DiagnosticBag problems)
    {
        foreach (var stanza in stanzas)
        {
            foreach (var missing in DependsOf(stanza).Where(name => !packages.ContainsKey(name)))
            {
                problems.Error(FieldSpan(stanza, "Depends", source), $"'{stanza["Package"]}' depends on '{missing}', which is not locked", Hint);
            }
        }
    }

    private static SourceSpan FieldSpan(Stanza stanza, string name, SourceText source)
    {
        var field = stanza.Fields.First(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return new(source, field.Line, field.Name.Length + 3, Math.Max(1, field.Value.Length));
    }
}
