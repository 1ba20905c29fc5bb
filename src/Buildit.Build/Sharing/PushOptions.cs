using Buildit.Core.Trust;
using Buildit.Store.Trust;

namespace Buildit.Build.Sharing;

/// <summary>How to push.</summary>
/// <param name="Key">Signs what was made here; null = it stays unsigned.</param>
/// <param name="Trust">Whose records at the binhost are left as they are, although they say something else than ours.</param>
/// <param name="Now">At which keys must count.</param>
/// <param name="Sources">Whether to push sources, patches and .debs that records name.</param>
/// <param name="Logs">Whether to push the logs of builds.</param>
public sealed record PushOptions(SigningKey? Key, TrustPolicy Trust, DateTimeOffset Now, bool Sources, bool Logs);
