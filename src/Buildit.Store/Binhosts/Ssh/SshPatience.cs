namespace Buildit.Store.Binhosts.Ssh;

/// <summary>How much is borne with a server.</summary>
/// <param name="Connect">Until the server has answered at all.</param>
/// <param name="Login">Until it has let us in, detours and keys that want to be touched included.</param>
/// <param name="Silence">Until it is given up when it says nothing although something was asked.</param>
internal sealed record SshPatience(TimeSpan Connect, TimeSpan Login, TimeSpan Silence);
