namespace Buildit.Store.Binhosts.Ssh;

/// <summary>What ssh's configuration comes to for a host, as <c>ssh -G</c> prints it.</summary>
/// <param name="KnownAs">How the host is named among known hosts.</param>
/// <param name="AcceptsAnyHostKey">Whether the user has turned the checking of host keys off.</param>
/// <param name="KnownHosts">The user's first file of known hosts.</param>
internal sealed record SshSettings(string KnownAs, bool AcceptsAnyHostKey, string KnownHosts)
{
    /// <summary>Reads lines of a word and its value.</summary>
    public static SshSettings Parse(string text)
    {
        var values = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2)).Where(l => l.Length == 2).GroupBy(l => l[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First()[1].Trim(), StringComparer.Ordinal);
        string Of(string name) => values.GetValueOrDefault(name, "");
        return new(
            Of("hostkeyalias") is { Length: > 0 } alias and not "none" ? alias : Of("port") is "22" ? Of("hostname") : $"[{Of("hostname")}]:{Of("port")}",
            Of("stricthostkeychecking") is "no" or "off" or "false",
            Of("userknownhostsfile").Split(' ')[0]);
    }
}
