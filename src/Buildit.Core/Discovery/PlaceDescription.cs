using System.Collections.Immutable;
using System.Text;
using Buildit.Core.Git;

namespace Buildit.Core.Discovery;

/// <summary>A binhost that a place names.</summary>
public sealed record NamedBinhost(string Name, string Download)
{
    /// <summary>Whether a web page may name it so: a plain name, and an address of the network.</summary>
    public bool IsFit => Name.Length is > 0 and <= 100 && Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && Uri.TryCreate(Download, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" or "ssh" or "oci" or "s3" && !Download.Any(c => c <= ' ');
}

/// <summary>What was found at a place of the web. Its text is what the lock pins.</summary>
/// <param name="Git">The repository with recipes, containers and configuration, if there is one.</param>
/// <param name="Binhosts">Binhosts that the place names itself.</param>
public sealed record PlaceDescription(GitOrigin? Git, ImmutableArray<NamedBinhost> Binhosts)
{
    private const string Header = "buildit-place 1";

    /// <summary>The same description gives the same text.</summary>
    public string Print()
    {
        var text = new StringBuilder(Header).Append('\n');
        if (Git is { } git)
        {
            text.Append("git ").Append(git.Url).Append(' ').Append(git.Revision).Append('\n');
        }

        foreach (var binhost in Binhosts)
        {
            text.Append("binhost ").Append(binhost.Name).Append(' ').Append(binhost.Download).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="Print"/> gave; null for anything else.</summary>
    public static PlaceDescription? Parse(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var description = new PlaceDescription(null, []);
        foreach (var line in lines.Skip(1))
        {
            var next = line.Split(' ', 3) switch
            {
                ["git", var url, var revision] when GitAddress.Mistake(url) is null && GitRevision.Parse(revision) is { } r => description with { Git = new(url, r) },
                ["binhost", var name, var download] when new NamedBinhost(name, download) is { IsFit: true } binhost => description with { Binhosts = [.. description.Binhosts, binhost] },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            description = next;
        }

        return lines[0] == Header ? description : null;
    }
}
