using System.Globalization;

namespace Buildit.Store.Binhosts.Ssh;

/// <summary>
/// Where an account is, and what of it: <c>ssh://[USER@]HOST[:PORT]/PATH</c>. As in OpenSSH's own addresses, the path counts from where a session of the account begins;
/// <c>//PATH</c> is an absolute one.
/// </summary>
/// <param name="User">Null: what ssh's configuration says.</param>
/// <param name="Host">A name, which ssh's configuration may know as an alias.</param>
/// <param name="Port">Null: what ssh's configuration says.</param>
/// <param name="Path">Relative or absolute, never empty.</param>
internal sealed record SshAddress(string? User, string Host, int? Port, string Path)
{
    /// <summary>How the users' own commands name it.</summary>
    public string Target => User is null ? Host : $"{User}@{Host}";

    /// <summary>Reads an address; null, and why, if it is none.</summary>
    public static SshAddress? Parse(string text, out string? objection)
    {
        objection = "an address has the form ssh://[USER@]HOST[:PORT]/PATH";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme != "ssh" || uri.Host.Length == 0 || uri.Host[0] == '-' || uri.Query.Length + uri.Fragment.Length > 0)
        {
            return null;
        }

        if (uri.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            objection = "no password is ever sent to an ssh server: leave it out, and let the account accept your key";
            return null;
        }

        objection = null;
        var path = Uri.UnescapeDataString(uri.AbsolutePath)[1..].TrimEnd('/');
        return new(
            uri.UserInfo.Length == 0 ? null : Uri.UnescapeDataString(uri.UserInfo),
            uri.Host.Trim('[', ']'),
            uri.Port > 0 ? uri.Port : null,
            path.Length == 0 ? "." : path);
    }

    /// <summary>The arguments that name it to ssh.</summary>
    public string[] Arguments() =>
    [
        .. User is null ? (string[])[] : ["-l", User],
        .. Port is { } port ? (string[])["-p", port.ToString(CultureInfo.InvariantCulture)] : [],
        "--", Host,
    ];
}
