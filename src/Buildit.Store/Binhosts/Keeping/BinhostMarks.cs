using Buildit.Core.Binhosts;

namespace Buildit.Store.Binhosts.Keeping;

/// <summary>By what a binhost in files is told apart from any other directory.</summary>
public static class BinhostMarks
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        BinhostLayout.LayoutMarker, BinhostLayout.ImageIndex, BinhostLayout.Keys, BinhostLayout.Pins, BinhostLayout.Blobs.Split('/')[0], BinhostLayout.Records,
        "aci", "containers", "logs", "sboms", "packages", "images", BinhostLayout.FrontPage,
    };

    /// <summary>Whether a place is a binhost: an OCI image layout, which is the first that is made of one.</summary>
    public static async Task<bool> IsBinhostAsync(IPlace place, CancellationToken cancel) => await place.GetAsync(BinhostLayout.LayoutMarker, null, cancel) is not null;

    /// <summary>What is there and in no binhost, by name. What begins with a dot (locks, what is half written) may be anywhere.</summary>
    public static async Task<IReadOnlyList<string>> ForeignAsync(IKeptPlace place, CancellationToken cancel) =>
        [.. (await place.NamesAsync(cancel)).Where(n => !n.StartsWith('.') && !Names.Contains(n)).Order(StringComparer.Ordinal)];
}
