using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;

namespace Buildit.Core.Locks;

/// <summary><c>buildit.lock</c>: one deb822 stanza a pin. What was looked up comes first, then what it was found to be. See docs/recipes.md.</summary>
public static class PinLockFile
{
    /// <summary>The name of every such file.</summary>
    public const string Name = "buildit.lock";

    private const string Header = "# Written by buildit: 'buildit update' looks everything up again; do not edit\n";
    private const string Hint = "the file is written by buildit: take it as it was committed, or delete it and run 'buildit lock'";

    // Kind of lookup -> its fields.
    private static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> Fields = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty
        .Add("Patch", ["Patch", "SHA256"])
        .Add("Git", ["Git", "Revision", "Submodules", "LFS", "Commit", "SHA256"])
        .Add("Place", ["Place", "SHA256"])
        .Add("Recipes", ["Recipes", "Revision", "Commit", "SHA256"]);

    /// <summary>The file's text.</summary>
    public static string Print(PinLock locked)
    {
        var text = new StringBuilder(Header);
        foreach (var (lookup, pin) in locked.Pins)
        {
            text.Append('\n').Append(Subject(lookup));
            if (pin.Commit is { } commit)
            {
                text.Append(CultureInfo.InvariantCulture, $"Commit: {commit}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"SHA256: {pin.Digest.Hex}\n");
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="Print"/> wrote, with LF or CRLF; throws <see cref="BuilditException"/> with everything that is wrong and where.</summary>
    public static PinLock Parse(SourceText source)
    {
        var problems = new DiagnosticBag();
        var stanzas = new LockStanzas(source, problems, Hint);
        var pins = PinLock.Empty.Pins.ToBuilder();
        foreach (var stanza in stanzas.Read())
        {
            if (ToEntry(stanza, stanzas, source, problems) is var (lookup, pin) && !pins.TryAdd(lookup, pin))
            {
                problems.Error(new(source, stanza.Line, 1), $"'{lookup}' is locked twice", Hint);
            }
        }

        problems.ThrowIfErrors();
        return new(pins.ToImmutable());
    }

    /// <summary>The lines of a stanza that say what was looked up; stanzas are sorted by them.</summary>
    internal static string Subject(Lookup lookup) => lookup switch
    {
        Lookup.RemotePatch patch => $"Patch: {patch.Url}\n",
        Lookup.GitSource git => $"Git: {git.Url}\nRevision: {git.Origin.Revision}\n{(git.Origin.Submodules ? "Submodules: yes\n" : "")}{(git.Origin.Lfs ? "" : "LFS: pointers\n")}",
        Lookup.Place place => $"Place: {place.Url}\n",
        Lookup.GitRecipes tree => $"Recipes: {tree.Url}\nRevision: {tree.Origin.Revision}\n",
        _ => throw new UnreachableException(),
    };

    private static (Lookup Lookup, Pin Pin)? ToEntry(Stanza stanza, LockStanzas stanzas, SourceText source, DiagnosticBag problems)
    {
        var before = problems.Items.Count;
        if (stanza.Fields.Select(f => f.Name).Where(Fields.ContainsKey).ToArray() is not [var kind])
        {
            problems.Error(new(source, stanza.Line, 1), $"the stanza needs one of {string.Join(", ", Fields.Keys.Select(k => $"'{k}'"))}", Hint);
            return null;
        }

        stanzas.RefuseUnknown(stanza, Fields[kind]);
        Lookup lookup = kind switch { "Patch" => new Lookup.RemotePatch(stanza[kind]!), "Place" => new Lookup.Place(stanza[kind]!), _ => ToGit(stanza, kind, stanzas) };
        var commit = lookup is Lookup.RemotePatch or Lookup.Place ? null : stanzas.Need(stanza, "Commit", c => GitRevision.IsCommit(c) && (lookup.Moves || lookup.ToString().EndsWith(c, StringComparison.Ordinal)));
        var sha256 = stanzas.Need(stanza, "SHA256", hex => Digest.TryParse(hex, out _));
        return problems.Items.Count > before ? null : (lookup, new(Digest.Parse(sha256), commit));
    }

    private static Lookup ToGit(Stanza stanza, string kind, LockStanzas stanzas)
    {
        var revision = GitRevision.Parse(stanzas.Need(stanza, "Revision", r => GitRevision.Parse(r) is not null)) ?? GitRevision.Default;
        var submodules = stanzas.May(stanza, "Submodules", s => s == "yes") is not null;
        var pointers = stanzas.May(stanza, "LFS", l => l == "pointers") is not null;
        var origin = new GitOrigin(stanza[kind]!, revision) { Submodules = submodules, Lfs = !pointers };
        return kind == "Git" ? new Lookup.GitSource(origin) : new Lookup.GitRecipes(origin);
    }
}
