using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Store.Debian;

namespace Buildit.Cli.Workspaces;

/// <summary>Base addresses of the distribution's mirrors, <c>apt</c> expanded to what this machine's apt uses.</summary>
/// <param name="BaseUrls">In the order in which they are tried.</param>
/// <param name="Apt">What apt knows.</param>
internal sealed record DistributionMirrors(ImmutableArray<string> BaseUrls, ImmutableArray<AptMirror> Apt)
{
    /// <summary>The mirrors that count in a workspace.</summary>
    public static DistributionMirrors Of(Workspace workspace)
    {
        var distribution = workspace.Distribution?.Distribution;
        ImmutableArray<string> names = workspace.Config.DistributionMirrors.IsEmpty ? distribution?.Mirrors ?? [] : workspace.Config.DistributionMirrors;
        var apt = names.Contains("apt") ? AptConfiguration.Read().DebianMirrors(distribution?.Suite ?? "stable") : [];
        return new([.. names.SelectMany(n => n == "apt" ? apt.Select(a => a.BaseUrl) : [n.TrimEnd('/')]).Distinct(StringComparer.Ordinal)], apt);
    }

    /// <summary>The proxy for an address: apt's for its own mirrors, else what the environment says (http_proxy and its like).</summary>
    public Uri? ProxyOf(Uri address)
    {
        var mirror = Apt.FirstOrDefault(a => address.AbsoluteUri.StartsWith(a.BaseUrl + "/", StringComparison.Ordinal));
        if (mirror?.Proxy is { } proxy)
        {
            return new(proxy);
        }

        var usual = HttpClient.DefaultProxy;
        return usual.IsBypassed(address) ? null : usual.GetProxy(address);
    }
}
