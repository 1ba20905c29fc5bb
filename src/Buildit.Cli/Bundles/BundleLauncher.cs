using System.Collections.Immutable;
using Buildit.Core.Bundles;

namespace Buildit.Cli.Bundles;

/// <summary>The script that starts the buildit of an unpacked bundle.</summary>
internal static class BundleLauncher
{
    /// <summary>Its text.</summary>
    /// <param name="targets">What the bundle was made for.</param>
    public static string Text(ImmutableArray<string> targets) => $$"""
        #!/bin/sh
        # Starts the buildit of this bundle. Alone, --offline builds what the bundle was made for.
        set -eu
        here=$(dirname -- "$(readlink -f -- "$0")")
        program=$here/{{BundleLayout.Program}}
        if [ -f "$program/buildit.dll" ] && [ -z "${DOTNET_ROOT:-}" ]; then
            dotnet=$(command -v dotnet) || { echo "buildit: this bundle's program needs the .NET runtime 10" >&2; exit 70; }
            dotnet=$(readlink -f -- "$dotnet")
            export DOTNET_ROOT="${dotnet%/*}"
        fi
        if [ "$*" = --offline ]; then
            set -- -C "$here" build --offline {{string.Join(' ', targets.Select(Quoted))}}
        fi
        exec "$program/buildit" "$@"

        """;

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
