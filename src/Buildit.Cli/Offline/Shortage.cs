using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Offline;

/// <summary>A binhost that needs a network, and the packages that it had when it was last asked.</summary>
internal sealed record UnaskedBinhost(string Name, string Address, ImmutableArray<string> Had);

/// <summary>All that builds without a network lack, and who could provide it.</summary>
internal sealed record Shortage(ImmutableArray<MissingFile> Files, ImmutableArray<UnaskedBinhost> Binhosts)
{
    /// <summary>Everything is here.</summary>
    public static Shortage Nothing { get; } = new([], []);

    /// <summary>Both together.</summary>
    public Shortage And(Shortage other) => new(
        [.. Files.Concat(other.Files).DistinctBy(f => f.Digest.IsEmpty ? f.Name : f.Digest.Hex)],
        [.. Binhosts.Concat(other.Binhosts).GroupBy(b => b.Name).Select(g => g.First() with { Had = [.. g.SelectMany(b => b.Had).Distinct()] })]);

    /// <summary>Throws if anything is missing.</summary>
    /// <param name="arguments">What is to be built, and where more is discovered, as arguments of 'buildit fetch'.</param>
    public void ThrowIfAny(IEnumerable<string> arguments)
    {
        if (!Files.IsEmpty)
        {
            throw new BuilditException(ExitCode.Missing, [new(Message, Hint: $"where there is a network: buildit fetch {string.Join(' ', arguments)}") { Detail = Detail(), Code = ExitCode.Missing }]);
        }
    }

    private string Message => Files.Length == 1
        ? $"'{Path.GetFileName(Files[0].Name)}' is not in the store, and --offline permits no download"
        : string.Create(CultureInfo.InvariantCulture, $"{Files.Length} files are not in the store, and --offline permits no download");

    private string Detail()
    {
        var text = new StringBuilder();
        foreach (var file in Files.Where(f => !f.IsDeb))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {file.Name}, for {file.Package}\n");
            AppendAll(text, file.Addresses);
        }

        foreach (var mirrored in Files.Where(f => f.IsDeb).GroupBy(f => string.Join(' ', f.Addresses)))
        {
            AppendDebs(text, [.. mirrored]);
        }

        foreach (var binhost in Binhosts)
        {
            text.Append(CultureInfo.InvariantCulture, $"  not asked: the binhost '{binhost.Name}' ({binhost.Address})");
            text.Append(binhost.Had.IsEmpty ? "\n" : $"; when it was last asked, it had {string.Join(", ", binhost.Had)}\n");
        }

        return text.ToString();
    }

    // All of them have the same mirrors: told once.
    private static void AppendDebs(StringBuilder text, ImmutableArray<MissingFile> debs)
    {
        text.Append(CultureInfo.InvariantCulture, $"  packages of the distribution, {ByteCount.Show(debs.Sum(d => d.Size ?? 0))}, from any of\n");
        AppendAll(text, debs[0].Addresses);
        foreach (var deb in debs)
        {
            text.Append(CultureInfo.InvariantCulture, $"      {deb.Name}\n");
        }
    }

    private static void AppendAll(StringBuilder text, ImmutableArray<string> addresses)
    {
        foreach (var address in addresses)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {Redaction.Of(address)}\n");
        }
    }
}
