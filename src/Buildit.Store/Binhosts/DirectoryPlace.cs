using Buildit.Store.Binhosts.Files;

namespace Buildit.Store.Binhosts;

/// <summary>A directory of this machine as a place.</summary>
/// <param name="root">The directory; it need not be there.</param>
/// <param name="time">For locks and times of files.</param>
/// <param name="mask">The umask of whoever writes; 022 if not given.</param>
public sealed class DirectoryPlace(string root, TimeProvider time, UnixFileMode mask = LocalFiles.UsualMask) : FilePlace(new LocalFiles(root, time, mask), time);
