using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Store.Fetching;

namespace Buildit.Build.Engine;

/// <summary>Where files come from, in the order in which the addresses are tried.</summary>
/// <param name="mirrors">Base addresses of the distribution's mirrors, for .debs and <c>debian:</c> addresses.</param>
/// <param name="sourceMirrors">Base addresses that may have any source by its file name.</param>
public sealed class FileAddresses(Lazy<MirrorList> mirrors, ImmutableArray<string> sourceMirrors)
{
    /// <summary>A .deb.</summary>
    public ImmutableArray<string> Of(LockedPackage pin) => mirrors.Value.ForPath(pin.Path);

    /// <summary>A source or patch; <c>file:</c> may be relative to the recipe's directory.</summary>
    public ImmutableArray<string> Of(RemoteFile file) =>
        file.HasMirrors ? mirrors.Value.ExpandAll([.. file.Addresses, .. sourceMirrors.Select(m => m + "/" + file.Name)]) : file.Addresses;
}
