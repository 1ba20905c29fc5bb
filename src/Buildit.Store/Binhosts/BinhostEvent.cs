using Buildit.Core.Diagnostics;
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

    /// <summary>What the command was about, as it was written: what to name in another one. Null = the subject itself.</summary>
    public string? Target { get; init; }

    /// <summary>It does not work, and is left alone for the rest of the run. Told once.</summary>
    public sealed record Failed(string Address, string Reason) : BinhostEvent
    {
        /// <summary>Whether that is for its catalog, which can be made again.</summary>
        public bool IsCatalogBroken { get; init; }
    }

    /// <summary>It has a record that does not count.</summary>
    public sealed record Refused(string Subject, Refusal Refusal) : BinhostEvent
    {
        /// <summary>The same in words, with the command that would change it.</summary>
        public Diagnostic Describe() => new($"the binhost '{Binhost}' has '{Subject}', but {Refusal.Reason}", Hint: Refusal.Kind switch
        {
            RefusalKind.NotSigned => $"where it was built: 'buildit key new', then 'buildit push {Target ?? Subject} --to {Binhost}'",
            RefusalKind.UnknownKey or RefusalKind.WrongKey when Refusal.Key is { } key => $"if you trust whoever has that key: buildit key trust {Binhost} {key.Hex}",
            RefusalKind.Expired when Refusal.Key is { } key => $"if it still counts: buildit key trust {Binhost} {key.Hex} --not-after DATE",
            RefusalKind.NotYetValid when Refusal.Key is { } key => $"is this machine's clock right? else: buildit key trust {Binhost} {key.Hex} --not-before DATE",
            RefusalKind.TooFew => $"another trusted builder: buildit build {Target ?? Subject} --rebuild --push={Binhost}",
            _ => $"where it was built: buildit push {Target ?? Subject} --to {Binhost}",
        });
    }

    /// <summary>It has a record that counts, but not what the record names, or not with the right bytes.</summary>
    public sealed record Incomplete(string Subject, string Reason) : BinhostEvent;

    /// <summary>A blob came, whole.</summary>
    public sealed record Downloaded(long Bytes) : BinhostEvent;

    /// <summary>Another process downloads the same.</summary>
    public sealed record Waiting(string Subject, string Holder) : BinhostEvent;
}
