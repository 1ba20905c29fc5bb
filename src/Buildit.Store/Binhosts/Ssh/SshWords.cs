using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.Ssh;

/// <summary>Turns what ssh said before it gave up into what a person can do about it.</summary>
internal static class SshWords
{
    /// <summary>The failure that these words, ssh's standard error, are about.</summary>
    public static PlaceException Explain(string words, SshAddress address, SshSettings settings)
    {
        var lines = words.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        bool Says(string text) => words.Contains(text, StringComparison.OrdinalIgnoreCase);
        return Says("IDENTIFICATION HAS CHANGED")
            ? new($"the host key of {settings.KnownAs} is not the one that is known. If whoever runs it says that it was changed: ssh-keygen -f {Quoted(settings.KnownHosts)} -R {Quoted(settings.KnownAs)}")
            : Says("Host key verification failed")
            ? new($"the host key of {settings.KnownAs} is not known. Log in once, compare its fingerprint with whoever runs it, and accept it: {Command("sftp", address)}")
            : Says("Permission denied") || Says("Too many authentication failures")
            ? new($"the account '{address.Target}' does not accept any of your keys ({lines[^1]}). This must work without a question: {Command("sftp", address)}")
            : Says("subsystem request failed")
            ? new("the server does not let the account use sftp")
            : new(lines.Length == 0 ? "the server closed the connection" : Last(lines), MayPass(words));
    }

    /// <summary>The command with which a person reaches the same account.</summary>
    public static string Command(string program, SshAddress address) => $"{program}{(address.Port is { } port ? FormattableString.Invariant($" -{(program == "sftp" ? 'P' : 'p')} {port}") : "")} {Quoted(address.Target)}";

    // A server that has too many visitors at the door, or a line that broke.
    private static bool MayPass(string words) =>
        words.Contains("closed by", StringComparison.OrdinalIgnoreCase) || words.Contains("Connection reset", StringComparison.OrdinalIgnoreCase) || words.Contains("Broken pipe", StringComparison.OrdinalIgnoreCase);

    // "ssh: connect to host bin.example.org port 22: Connection refused"
    private static string Last(string[] lines) => lines[^1] is var last && last.StartsWith("ssh: ", StringComparison.Ordinal) ? last["ssh: ".Length..] : last;

    private static string Quoted(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '@' or '.' or '-' or '_' or '/' or ':') ? text : $"'{text}'";
}
