using System.Globalization;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Compression;

namespace Buildit.Store.Fetching;

/// <summary>The messages of failed fetching.</summary>
internal static class FetchReport
{
    /// <summary>No place had the file: each is listed with its own reason.</summary>
    public static BuilditException AllFailed(FetchRequest request, IReadOnlyList<MirrorFailure> failures)
    {
        var wanted = request.Expected is { } digest ? $" with {digest}" : "";
        var message = failures.Count switch
        {
            0 => $"cannot fetch '{request.Name}': no address is known for it",
            1 => $"cannot fetch '{request.Name}'{wanted}",
            var n => string.Create(CultureInfo.InvariantCulture, $"cannot fetch '{request.Name}'{wanted} from any of {n} addresses"),
        };
        var diagnostic = new Diagnostic(message, request.DeclaredAt, Hint(request, failures))
        {
            Detail = failures.Count == 0 ? null : string.Join('\n', failures.Select(f => $"{Redaction.Of(f.Url)}: {f.Failure.Message}")),
        };
        return new(ExitCode.FetchFailed, [diagnostic]);
    }

    /// <summary>The recipe has no digest: says the line to add.</summary>
    public static BuilditException DigestMissing(FetchRequest request, ReceivedContent received)
    {
        var doubt = IsPlausible(received.Kind) ? "" : $"; but look first: what came is {received.Kind.Description}";
        return new(
            ExitCode.InvalidInput,
            $"'{request.Name}' has no sha256",
            $"add this line (what came has {Size(received.Size)} and is {received.Kind.Description}): sha256: {received.Digest.Hex}{doubt}",
            request.DeclaredAt);
    }

    /// <summary>Whole bytes came, but not those that were asked for.</summary>
    public static FetchFailure WrongContent(ReceivedContent received) =>
        new($"gave {received.Kind.Description} of {Size(received.Size)} with {received.Digest}{FirstLine(received.Kind)}") { Received = received };

    /// <summary>"1 byte", "1,234 bytes".</summary>
    private static string Size(long bytes) => bytes == 1 ? "1 byte" : string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes");

    private static string FirstLine(ContentKind kind) => kind.FirstLine is { Length: > 0 } line ? $", starting \"{line}\"" : "";

    private static string? Hint(FetchRequest request, IReadOnlyList<MirrorFailure> failures)
    {
        // What most mirrors agree on is most likely what upstream has now.
        var changed = failures.Select(f => f.Failure.Received).OfType<ReceivedContent>().Where(r => IsPlausible(r.Kind))
            .GroupBy(r => r.Digest).OrderByDescending(g => g.Count()).FirstOrDefault();
        return changed is null ? null : $"if upstream really changed the file, find out why, then {request.Renewal ?? $"put sha256: {changed.Key.Hex}"}";
    }

    /// <summary>Whether it can be what somebody offers for download: not a page in place of it, and not nothing.</summary>
    public static bool IsPlausible(ContentKind kind) => kind != ContentKind.Empty && kind != ContentKind.Zeros && kind.Name != ContentKind.HtmlName;
}
