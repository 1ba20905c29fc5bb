using System.Net;

namespace Buildit.Store.Fetching;

/// <summary>Lets a function pick the proxy of each address.</summary>
internal sealed class SelectedProxy(Func<Uri, Uri?> select) : IWebProxy, ICredentials
{
    public ICredentials? Credentials { get => this; set => throw new NotSupportedException(); }

    public Uri? GetProxy(Uri destination) => select(destination);

    public bool IsBypassed(Uri host) => select(host) is null;

    /// <summary>Called with the proxy's own address.</summary>
    public NetworkCredential? GetCredential(Uri uri, string authType) => UserInfo(uri) is var (user, password) ? new(user, password) : null;

    /// <summary>User and password written into an address, unescaped.</summary>
    public static (string User, string Password)? UserInfo(Uri address)
    {
        if (address.UserInfo.Length == 0)
        {
            return null;
        }

        var parts = address.UserInfo.Split(':', 2);
        return (Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
