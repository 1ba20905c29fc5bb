using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Build.Engine;
using Buildit.Build.Sharing;
using Buildit.Cli.Consoles;
using Buildit.Cli.Pages;
using Buildit.Cli.Sboms;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Images.Oci;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;
using Buildit.Store.Trust;

namespace Buildit.Cli.Building;

/// <summary>A binhost to push to, and whether that was asked for in this command or stands in the configuration.</summary>
internal sealed record PushTarget(BinhostSetting Binhost, bool IsAsked);

/// <summary>What is pushed besides packages and images, and which key signs.</summary>
internal sealed record PushChoices(string? Key, bool Sources, bool Logs, bool Sboms);

/// <summary>What could not be pushed although it was asked for.</summary>
internal sealed record PushOutcome(ImmutableArray<Diagnostic> Failures)
{
    public static PushOutcome Good { get; } = new(ImmutableArray<Diagnostic>.Empty);

    public PushOutcome And(PushOutcome other) => new([.. Failures, .. other.Failures]);

    /// <summary>Ends the command, whose other work is done.</summary>
    public void ThrowIfAsked()
    {
        if (!Failures.IsEmpty)
        {
            throw new BuilditException(ExitCode.FetchFailed, Failures);
        }
    }
}

/// <summary>Pushes what a command has made or found, and says so.</summary>
/// <param name="session">What it was made with.</param>
/// <param name="terminal">What a person sees.</param>
/// <param name="choices">What is pushed.</param>
/// <param name="compression">How the container's layers are compressed; <c>zstd</c> for what is in no container.</param>
internal sealed class Push(Session session, Terminal terminal, PushChoices choices, string compression)
{
    private readonly Lazy<SigningKey?> _key = new(() => session.Workspace.Binhosts.Keys.Open(choices.Key));
    private bool _hasWarned;

    /// <summary>Pushes packages with all that runs with them, but for those of the names that are excluded, and whatever was built on the way to them.</summary>
    public async Task<PushOutcome> PackagesAsync(IReadOnlyCollection<PushTarget> targets, ImmutableArray<Package> packages, IReadOnlySet<string> excluded, CancellationToken cancel)
    {
        var outcome = PushOutcome.Good;
        if (targets.Count == 0)
        {
            return outcome;
        }

        var set = await PushedAsync(packages, excluded, cancel);
        var sboms = choices.Sboms ? await SbomsAsync(packages, cancel) : [];
        foreach (var target in targets)
        {
            outcome = outcome.And(await RunAsync(target, $"    Uploading packages to '{target.Binhost.Name}'", writer => PackagesAsync(writer, target.Binhost, set, sboms, cancel)));
        }

        return outcome;
    }

    /// <summary>Pushes images and the description that they were made from.</summary>
    public async Task<PushOutcome> ImagesAsync(IReadOnlyCollection<PushTarget> targets, Composition composition, ImmutableArray<FinishedImage> images, CancellationToken cancel)
    {
        var outcome = PushOutcome.Good;
        ImmutableArray<Digest> described = choices.Sboms && targets.Count > 0 ? [.. images.Where(i => i.Step.Sbom != SbomPlace.Off).Select(i => i.Record.Key)] : [];
        var sbom = described.IsEmpty ? null : PushedSbom.Of(await new SbomMaker(session).OfImageAsync(composition, cancel), described);
        foreach (var target in targets)
        {
            outcome = outcome.And(await RunAsync(target, $"Uploading container spec and image(s) to '{target.Binhost.Name}'", writer => ImagesAsync(writer, target.Binhost, composition.Container, images, sbom, cancel)));
        }

        return outcome;
    }

    private async Task<PushOutcome> RunAsync(PushTarget target, string line, Func<BinhostWriter, Task<PushReport>> push)
    {
        var upload = target.Binhost.Upload!;
        using var place = session.Places.Write(upload);
        terminal.Status($"  {line.Trim()}");
        try
        {
            WarnIfUseless(target.Binhost);
            var report = await push(new(target.Binhost.Name, place, Session.Patience, TimeProvider.System));
            terminal.Ended(line, report.Failed.IsEmpty);
            terminal.Line(Summary(report));
            return Failed(target, [.. report.Failed.Select(f => new Diagnostic($"'{f.Subject}' was not pushed to '{target.Binhost.Name}': {f.Reason}", Hint: "what was pushed stays there; the same command pushes the rest") { Code = ExitCode.FetchFailed })]);
        }
        catch (PlaceException e)
        {
            terminal.Ended(line, false);
            return Failed(target, [new($"the binhost '{target.Binhost.Name}' ({place.Address}) failed: {e.Message}", Hint: "what was pushed stays there; the same command pushes the rest") { Code = ExitCode.FetchFailed }]);
        }
    }

    /// <summary>A place that fails fails nobody who did not ask for it.</summary>
    private PushOutcome Failed(PushTarget target, ImmutableArray<Diagnostic> failures)
    {
        if (!target.IsAsked)
        {
            terminal.Print([.. failures.Select(f => f with { Severity = Severity.Warning })]);
        }

        return target.IsAsked ? new(failures) : PushOutcome.Good;
    }

    private void WarnIfUseless(BinhostSetting binhost)
    {
        if (_key.Value?.Public is { } key && key.Objection(TimeProvider.System.GetUtcNow()) is { } why && !_hasWarned)
        {
            _hasWarned = true;
            terminal.Print([new(
                $"the key {key.Id.Hex} that signs what is pushed to '{binhost.Name}' {why}: others will build for themselves what it signs",
                Hint: "make another with 'buildit key new --name NAME', and push with '--key NAME'",
                Severity: Severity.Warning)]);
        }

        if (_key.Value is null && !_hasWarned)
        {
            _hasWarned = true;
            terminal.Print([new($"what is pushed to '{binhost.Name}' is not signed, so that nobody will use it", Hint: "make a key with 'buildit key new', and push again", Severity: Severity.Warning)]);
        }
    }

    private static string Summary(PushReport report) => string.Create(
        CultureInfo.InvariantCulture, $"        pushed {report.Pushed} ({report.Blobs} files, {report.Bytes / 1e6:0.0} MB), {report.Unchanged} were there");

    /// <summary>What runs with the packages, from wherever it came; and what was built on the way, as far as the store has it: others may need to build on it.</summary>
    private async Task<ImmutableArray<Realised>> PushedAsync(ImmutableArray<Package> packages, IReadOnlySet<string> excluded, CancellationToken cancel)
    {
        var closure = await session.Engine.RuntimeClosureAsync(packages, excluded, Need.Record, cancel);
        var running = await session.Engine.RealiseAllAsync(closure.Select(c => c.Package), Need.All, cancel);
        var built = PackageGraph.Of(packages).Packages.OfType<Package.Built>().Where(p => running.All(r => r.Package.Key != p.Key));
        return [.. running, .. built.Select(p => (Package: p, Record: session.Records.Find(p, Need.All))).Where(p => p.Record is not null).Select(p => new Realised(p.Package, p.Record!))];
    }

    /// <summary>The bills of what was named. To make those of all packages that are pushed would be to read all of their files and sources each time.</summary>
    private async Task<ImmutableArray<PushedSbom>> SbomsAsync(ImmutableArray<Package> packages, CancellationToken cancel)
    {
        var (maker, sboms) = (new SbomMaker(session), ImmutableArray.CreateBuilder<PushedSbom>());
        foreach (var package in packages)
        {
            sboms.Add(PushedSbom.Of(await maker.OfPackageAsync(package, cancel), [package.Key.Digest]));
        }

        return sboms.ToImmutable();
    }

    private async Task<PushReport> PackagesAsync(BinhostWriter writer, BinhostSetting binhost, ImmutableArray<Realised> packages, ImmutableArray<PushedSbom> sboms, CancellationToken cancel)
    {
        var options = new PushOptions(_key.Value, session.Workspace.Binhosts.TrustOf(binhost), TimeProvider.System.GetUtcNow(), choices.Sources, choices.Logs);
        var push = new PackagePush(session.Store, session.Records, session.Layers, session.Compressor(compression) ?? session.Compressor("zstd")!, session.Compressor("zstd")!, writer, options);
        if (_key.Value is { } key)
        {
            await writer.OfferKeyAsync(key.Public, cancel);
        }

        var report = await push.PushAsync(packages, cancel);
        var there = report.Packages.Select(p => p.Package.Package.Key.Digest).ToHashSet();
        var described = new HashSet<Digest>();
        foreach (var sbom in sboms.Where(s => s.Records.All(there.Contains)))
        {
            var put = await sbom.PutAsync(writer, cancel);
            described.UnionWith(put.Failed.IsEmpty ? sbom.Records : []);
            report = report.And(put);
        }

        await Pages(writer, binhost).PackagesAsync(report.Packages, described, cancel);
        return report;
    }

    private async Task<PushReport> ImagesAsync(BinhostWriter writer, BinhostSetting binhost, Container container, ImmutableArray<FinishedImage> images, PushedSbom? sbom, CancellationToken cancel)
    {
        var spec = Encoding.UTF8.GetBytes(container.Text.Text);
        var specBlob = new PushedBlob(Digest.Of(spec), spec.Length, () => new MemoryStream(spec));
        var total = PushReport.Nothing;
        foreach (var image in images)
        {
            total = total.And(await ImageAsync(writer, image, specBlob, cancel));
        }

        total = sbom is not null && total.Failed.IsEmpty ? total.And(await sbom.PutAsync(writer, cancel)) : total;
        if (total.Failed.IsEmpty)
        {
            await writer.LinkAsync(BinhostLayout.Container(container.Name, container.Version), specBlob.Digest, cancel);
            await Pages(writer, binhost).ImagesAsync(container, images, _key.Value?.Public.Id, sbom?.Records ?? [], cancel);
        }

        return total;
    }

    private BinhostPages Pages(BinhostWriter writer, BinhostSetting binhost) => new(session.Store, writer, binhost.Download);

    private async Task<PushReport> ImageAsync(BinhostWriter writer, FinishedImage image, PushedBlob spec, CancellationToken cancel)
    {
        var key = image.Record.Key;
        var envelope = image.Record.Seal();
        envelope = _key.Value is { } signer ? signer.Sign(envelope, session.Store.Index) : envelope;
        var (count, bytes) = (0, 0L);
        PushedBlob[] blobs = [spec, .. ImageBlobs.Of(image)];
        var lost = await writer.PutBlobsAsync(blobs, size =>
        {
            Interlocked.Increment(ref count);
            Interlocked.Add(ref bytes, size);
        }, cancel);
        if (lost.Count > 0)
        {
            return PushReport.Nothing with { Failed = [(image.Record.FileName, lost.First().Value)] };
        }

        var there = await writer.FindRecordsAsync([key], cancel);
        var isThere = there.TryGetValue(key, out var known) && known.Payload.Span.SequenceEqual(envelope.Payload.Span) && envelope.Signatures.All(s => known.Signatures.Any(k => k.KeyId == s.KeyId));
        await writer.PutRecordAsync(key, isThere ? known! : envelope, cancel);
        if (image.Step.Format == ImageFormat.Oci)
        {
            await writer.AddImageAsync(new(image.Record.Digest, ImageBlobs.ManifestSize(image), image.Record.Platform, image.Step.Tag), cancel);
        }
        else
        {
            foreach (var (file, digest) in image.Files)
            {
                await writer.LinkAsync(BinhostLayout.ImageFile(Path.GetFileName(file)), digest, cancel);
            }
        }

        await writer.AddToCatalogAsync(
            [new(key, key) { Subject = new(image.Step.Format.Name(), image.Record.Name, image.Record.Version) }],
            blobs.Select(b => BinhostLayout.Blob(b.Digest)).Append(BinhostLayout.Record(key)),
            cancel);
        return new(isThere ? 0 : 1, isThere ? 1 : 0, count, bytes, []);
    }
}
