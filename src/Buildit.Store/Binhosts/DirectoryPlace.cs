using Buildit.Store.Binhosts.Files;

namespace Buildit.Store.Binhosts;

/// <summary>A directory of this machine as a place.</summary>
/// <param name="root">The directory; it need not be there.</param>
/// <param name="time">For locks and times of files.</param>
public sealed class DirectoryPlace(string root, TimeProvider time) : FilePlace(new LocalFiles(root, time), time);
