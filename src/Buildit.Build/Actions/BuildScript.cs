using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Core.Graphs;
using Buildit.Core.Recipes;

namespace Buildit.Build.Actions;

/// <summary>
/// The one script that an action runs, and the files beside it in /src. Text of a recipe is only ever a file that a shell reads; arguments reach it as "$@",
/// values as environment: nothing is pasted into a command line. Its text is part of the sandbox profile (FormatVersions.SandboxProfile).
/// </summary>
public static class BuildScript
{
    /// <summary>Where the main source is unpacked and phases start.</summary>
    public const string SourceDirectory = "/build/src";

    /// <summary>Where the install phase installs to.</summary>
    public const string InstallDirectory = "/out/root";

    // Phases tell where they are by adding a line to /out/status: the only channel that every engine has.
    private const string Prelude = """
        use() {
            case " $USE_KNOWN " in *" $1 "*) ;; *) echo "use: this recipe has no use flag '$1'" >&2; exit 2 ;; esac
            case " $USE " in *" $1 "*) return 0 ;; *) return 1 ;; esac
        }

        """;

    private static string Head(string umask) => $$"""
        #!/bin/sh
        set -eu
        umask {{umask}}
        phase() { printf '%s\n' "phase $1" >> /out/status; printf '==> %s\n' "$1"; }
        run() { name=$1; shift; phase "$name"; cd /build/src; /bin/sh -eu "/src/phases/$name" "$@"; }
        mkdir -p "$HOME" /build/src /out/root

        """;

    // Debug symbols go to their own output, found again by the debuglink (gdb manual, "Separate Debug Files").
    private const string Strip = """
        phase strip
        cd /out/root
        chmod -R u+rwX .
        if command -v strip > /dev/null; then
            find . -type f -size +3c | LC_ALL=C sort > /build/.files
            while IFS= read -r file; do
                case $(head -c 4 "$file" | od -An -tx1 | tr -d ' \n') in
                7f454c46)
                    chmod u+w "$file"
                    case $(od -An -tx1 -j16 -N1 "$file" | tr -d ' \n') in
                    01) strip --strip-debug --enable-deterministic-archives "$file" ;;
                    *)
                        if objdump -h "$file" | grep -q ' \.debug_info '; then
                            debug=/out/root/usr/lib/debug/${file#./}.debug
                            mkdir -p "$(dirname "$debug")"
                            objcopy --only-keep-debug --compress-debug-sections "$file" "$debug"
                            chmod 644 "$debug"
                            strip --strip-unneeded "$file"
                            (cd "$(dirname "$debug")" && objcopy --add-gnu-debuglink="${debug##*/}" "/out/root/${file#./}")
                        else
                            strip --strip-unneeded "$file"
                        fi ;;
                    esac ;;
                213c6172) chmod u+w "$file"; strip --strip-debug --enable-deterministic-archives "$file" ;;
                esac
            done < /build/.files
        fi

        """;

    private const string Tail = """
        phase manifest
        cd /out/root
        chmod -R u+rwX .
        find . -mindepth 1 -printf '%y %m %n %i %P\0' > /out/manifest
        printf 'done\n' >> /out/status

        """;

    /// <summary>All files of /src that come from the recipe's text: path -> text.</summary>
    public static ImmutableSortedDictionary<string, string> Files(ResolvedRecipe recipe, BuildConditions conditions)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        files["build.sh"] = Script(recipe, conditions.Umask);
        files["prelude"] = Prelude;
        foreach (var (name, text) in recipe.Phases)
        {
            files["phases/" + name] = ". /src/prelude; set -x\n" + text + (text.EndsWith('\n') ? "" : "\n");
        }

        return files.ToImmutable();
    }

    /// <summary>The name of source number <paramref name="index"/> in /src/sources.</summary>
    public static string SourceFile(int index) => string.Create(CultureInfo.InvariantCulture, $"{index:00}");

    /// <summary>The name of patch number <paramref name="index"/> in /src/patches.</summary>
    public static string PatchFile(int index, ResolvedPatch patch) => string.Create(CultureInfo.InvariantCulture, $"{index:00}-{Safe(patch.FileName)}");

    private static string Script(ResolvedRecipe recipe, string umask)
    {
        var s = new StringBuilder(Head(umask));
        s.Append("phase unpack\n");
        for (var i = 0; i < recipe.Sources.Length; i++)
        {
            Unpack(s, i, recipe.Sources[i]);
        }

        if (!recipe.Patches.IsEmpty)
        {
            s.Append("phase patch\ncd /build/src\n");
        }

        for (var i = 0; i < recipe.Patches.Length; i++)
        {
            var name = PatchFile(i + 1, recipe.Patches[i]);
            s.Append(CultureInfo.InvariantCulture, $"printf 'patch %s\\n' '{name}' >> /out/status; echo 'applying {name}'\n");
            s.Append(CultureInfo.InvariantCulture, $"patch --batch --forward --fuzz=0 --no-backup-if-mismatch -p{recipe.Patches[i].Strip} -i '/src/patches/{name}'\n");
        }

        foreach (var phase in Phase.Names.Where(recipe.Phases.ContainsKey))
        {
            s.Append("run ").Append(phase).Append(phase == "configure" ? " \"$@\"\n" : "\n");
        }

        return s.Append(recipe.Outputs.KeepSymbols ? "" : Strip).Append(Tail).ToString();
    }

    private static void Unpack(StringBuilder s, int index, ResolvedSource source)
    {
        var into = source.Name.Length == 0 ? SourceDirectory : "/build/" + Safe(source.Name);
        s.Append(CultureInfo.InvariantCulture, $"mkdir -p '{into}'\n");
        s.Append(CultureInfo.InvariantCulture, $"tar -x --no-same-owner -f /src/sources/{SourceFile(index)} -C '{into}'\n");
    }

    // Only letters, digits and a few marks can stand in a name that the script says itself.
    private static string Safe(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || "._+-".Contains(c, StringComparison.Ordinal) ? c : '_'));
}
