using Buildit.Core.Diagnostics;

namespace Buildit.Core.Locks;

/// <summary>What a lookup was found to be.</summary>
/// <param name="Digest">SHA-256 of the bytes; of a git repository's state, that of its canonical tar.</param>
/// <param name="Commit">The commit that was found; null for what is no git repository.</param>
public sealed record Pin(Digest Digest, string? Commit = null);

/// <summary>A lookup that a graph asked for, where it is written, and its pin, if a lock has it.</summary>
public sealed record WantedPin(Lookup Lookup, SourceSpan Span, Pin? Pin);

/// <summary>What recipes ask for what they look up.</summary>
public interface ILookups
{
    /// <summary>The pin of a lookup that the graph needs, or null. <paramref name="directory"/> is that of the recipe that declares it.</summary>
    Pin? Find(Lookup lookup, string directory, SourceSpan span);

    /// <summary>Notes a lookup that a recipe of the graph declares, whether or not this graph needs it: another version of the recipe may.</summary>
    void Declare(Lookup lookup);
}

/// <summary>Answers from locks what the recipes of a graph look up, and remembers what they asked for: what a lock lacks, and what in it nobody needs any more.</summary>
/// <param name="find">The pin of a lookup that a recipe in this directory declares, or null.</param>
public sealed class Pins(Func<Lookup, string, Pin?> find) : ILookups
{
    private readonly Dictionary<Lookup, WantedPin> _wanted = [];
    private readonly HashSet<Lookup> _declared = [];

    /// <summary>Each lookup that the graph needs, once.</summary>
    public IReadOnlyCollection<WantedPin> Wanted => _wanted.Values;

    /// <inheritdoc/>
    public Pin? Find(Lookup lookup, string directory, SourceSpan span)
    {
        Declare(lookup);
        if (!_wanted.TryGetValue(lookup, out var wanted))
        {
            _wanted[lookup] = wanted = new(lookup, span, find(lookup, directory));
        }

        return wanted.Pin;
    }

    /// <inheritdoc/>
    public void Declare(Lookup lookup) => _declared.Add(lookup);

    /// <summary>Whether a recipe of the graph declares a lookup.</summary>
    public bool IsDeclared(Lookup lookup) => _declared.Contains(lookup);
}
