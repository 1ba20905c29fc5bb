namespace Buildit.Store.Binhosts.Ssh;

/// <summary>What ssh's configuration comes to for a host, as <c>ssh -G</c> prints it.</summary>
/// <param name="Host">Name or address that is connected to.</param>
/// <param name="Port">Its port.</param>
/// <param name="AcceptsAnyHostKey">Whether the user has turned the checking of host keys off.</param>
/// <param name="KnownHosts">The user's first file of known hosts.</param>
internal sealed record SshSettings(string Host, string Port, bool AcceptsAnyHostKey, string KnownHosts)
{
    /// <summary>How known hosts are named in their file.</summary>
    public string KnownAs => Port == "22" ? Host : $"[{Host}]:{Port}";

    /// <summary>Reads lines of a word and its value.</summary>
    public static SshSettings Parse(string text)
    {
        var values = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2)).Where(l => l.Length == 2).GroupBy(l => l[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First()[1].Trim(), StringComparer.Ordinal);
        string Of(string name) => values.GetValueOrDefault(name, "");
        return new(
            Of("hostkeyalias") is { Length: > 0 } alias and not "none" ? alias : Of("hostname"),
            Of("port"),
            Of("stricthostkeychecking") is "no" or "off" or "false",
            Of("userknownhostsfile").Split(' ')[0]);
    }
}
