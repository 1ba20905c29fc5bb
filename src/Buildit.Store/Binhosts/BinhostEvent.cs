using Buildit.Core.Trust;

namespace Buildit.Store.Binhosts;

/// <summary>What binhosts tell while they are used. Cli decides what a person sees of it.</summary>
public abstract record BinhostEvent
{
    private BinhostEvent()
    {
    }

    /// <summary>Name of the binhost.</summary>
    public required string Binhost { get; init; }

    /// <summary>It does not work, and is left alone for the rest of the run. Told once.</summary>
    public sealed record Failed(string Address, string Reason) : BinhostEvent;

    /// <summary>It has a record that does not count.</summary>
    public sealed record Refused(string Subject, Refusal Refusal) : BinhostEvent;

    /// <summary>It has a record that counts, but not what the record names, or not with the right bytes.</summary>
    public sealed record Incomplete(string Subject, string Reason) : BinhostEvent;

    /// <summary>A blob came, whole.</summary>
    public sealed record Downloaded(long Bytes) : BinhostEvent;

    /// <summary>Another process downloads the same.</summary>
    public sealed record Waiting(string Subject, string Holder) : BinhostEvent;
}
