using System.Collections.Immutable;
using System.Globalization;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Bundles;
using Buildit.Core.Diagnostics;
using Buildit.Core.Json;
using Buildit.Core.Trees;
using Buildit.Core.Trust;
using Buildit.Store;
using Buildit.Store.Bundles;
using Buildit.Store.Trust;

namespace Buildit.Cli.Bundles;

/// <summary>Unpacks bundles whose signature counts, and shows what is in others. No store is needed or made.</summary>
internal sealed class BundleImport(Terminal terminal)
{
    /// <summary>Unpacks a bundle into a new directory.</summary>
    /// <param name="file">Absolute path of the bundle.</param>
    /// <param name="written">The same as the user wrote it.</param>
    /// <param name="directory">Absolute path of the directory; there may be an empty one.</param>
    /// <param name="trusted">Fingerprints that the user accepts.</param>
    /// <param name="cancel">Ends it; nothing is left then.</param>
    public int Run(string file, string written, string directory, IReadOnlyCollection<Digest> trusted, CancellationToken cancel)
    {
        using var bundle = Open(file, written);
        if (Refusal(bundle, trusted) is { } refusal)
        {
            throw new BuilditException(ExitCode.TrustRefused, $"the bundle '{written}' is refused: {refusal.Reason}", HintFor(refusal, bundle.Statement.Signer, written));
        }

        if (File.Exists(directory) || (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any()))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{directory}' is there already", "name a new directory with --to");
        }

        Unpack(bundle, directory, cancel);
        var files = bundle.Tree.Entries.Count(e => e.Kind == EntryKind.File);
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"Imported {files} files ({ByteCount.Show(bundle.Tree.Entries.Sum(e => e.Size))}), signed by {bundle.Statement.Signer.Id.Hex}."));
        terminal.Line($"To build {string.Join(", ", bundle.Statement.Targets)} without a network: cd {directory} && ./{BundleLayout.Launcher} --offline");
        terminal.Data(directory);
        return 0;
    }

    /// <summary>Shows what is in a bundle, whoever signed it.</summary>
    public int List(string file, string written, bool asJson)
    {
        using var bundle = Open(file, written);
        var refusal = Refusal(bundle, []);
        if (asJson)
        {
            terminal.Data(Json(bundle, refusal));
            return 0;
        }

        terminal.Line($"For {string.Join(", ", bundle.Statement.Targets)}; signed by {bundle.Statement.Signer.Id.Hex}{(refusal is null ? "" : $", but {refusal.Reason}")}");
        foreach (var entry in bundle.Tree.Entries.Where(e => e.Kind != EntryKind.Directory))
        {
            terminal.Data(string.Create(CultureInfo.InvariantCulture, $"{(entry.Kind == EntryKind.Symlink ? "link" : entry.Content.ToString())} {entry.Size} {entry.Path}{(entry.Target is { } target ? $" -> {target}" : "")}"));
        }

        return 0;
    }

    private static BundleArchive Open(string file, string written) => File.Exists(file)
        ? BundleArchive.Open(file)
        : throw new BuilditException(ExitCode.InvalidInput, $"there is no file '{written}'", "name a file that 'buildit bundle export' wrote");

    /// <summary>Own keys count, and those that were named; the one that the bundle brings only by its fingerprint.</summary>
    private static Refusal? Refusal(BundleArchive bundle, IReadOnlyCollection<Digest> trusted)
    {
        var signer = bundle.Statement.Signer;
        ImmutableArray<PublicKey> own = [.. new KeyDirectory(Settings.UserDirectory()).Own().Values];
        // Validity of a stranger's key is what its owner wrote; who names it now accepts it now.
        ImmutableArray<PublicKey> keys = trusted.Contains(signer.Id) && own.All(k => k.Id != signer.Id) ? [.. own, signer with { NotBefore = null, NotAfter = null }] : own;
        return new TrustPolicy(keys, 1, ImmutableDictionary<Digest, string>.Empty).Judge(bundle.Envelope, TimeProvider.System.GetUtcNow());
    }

    private static string HintFor(Refusal refusal, PublicKey signer, string written) => refusal.Kind is RefusalKind.UnknownKey
        ? $"compare the fingerprint with whoever made the bundle, by another way than this; then: buildit bundle import {written} --trust {signer.Id.Hex}"
        : "ask whoever made it for another one";

    private static void Unpack(BundleArchive bundle, string directory, CancellationToken cancel)
    {
        var parent = Path.GetDirectoryName(directory)!;
        Directory.CreateDirectory(parent);
        var unfinished = Path.Combine(parent, $".{Path.GetFileName(directory)}.{Path.GetRandomFileName()}");
        try
        {
            Directory.CreateDirectory(unfinished);
            bundle.Unpack(unfinished, cancel);
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory);
            }

            Directory.Move(unfinished, directory);
        }
        finally
        {
            WorkDirectory.TryDelete(unfinished);
        }
    }

    private static string Json(BundleArchive bundle, Refusal? refusal) => JsonText.Of(w =>
    {
        w.WriteStartObject();
        JsonDocuments.Texts(w, "targets", bundle.Statement.Targets);
        w.WriteString("signer", bundle.Statement.Signer.Id.Hex);
        w.WriteBoolean("counts", refusal is null);
        w.WriteStartArray("files");
        foreach (var entry in bundle.Tree.Entries.Where(e => e.Kind != EntryKind.Directory))
        {
            w.WriteStartObject();
            w.WriteString("path", entry.Path);
            if (entry.Target is { } target)
            {
                w.WriteString("target", target);
            }
            else
            {
                w.WriteNumber("bytes", entry.Size);
                w.WriteString("sha256", entry.Content.Hex);
            }

            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    });
}
