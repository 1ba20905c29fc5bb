using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>zstd(1) for tests: the distribution's, imported by buildit, since a fresh machine has none.</summary>
internal static class PinnedZstd
{
    private static readonly Lazy<Task<string>> Directory = new(MakeAsync);

    /// <summary>A directory with the command, to be put on PATH.</summary>
    public static Task<string> DirectoryAsync() => Directory.Value;

    private static async Task<string> MakeAsync()
    {
        using var workspace = new Workspace().Recipe(
            "zstd",
            """
            mkdir -p "$OUTPUT/opt/lib" "$OUTPUT/opt/bin"
            cp /usr/bin/zstd $(ldd /usr/bin/zstd | grep -o '/[^ ]*') "$OUTPUT/opt/lib"
            cat > "$OUTPUT/opt/bin/zstd" <<'END'
            #!/bin/sh
            here=$(dirname "$0")/../lib
            exec "$here/ld-linux-x86-64.so.2" --library-path "$here" "$here/zstd" "$@"
            END
            chmod 755 "$OUTPUT/opt/bin/zstd"
            """);
        var runtime = (await workspace.MustBuildAsync("test/zstd")).Output.Split('\n').Single(l => l.Contains(" runtime sha256:", StringComparison.Ordinal));
        return Path.Combine(Repository.SharedStore, "trees", runtime.Split(':')[1], "opt/bin");
    }
}
