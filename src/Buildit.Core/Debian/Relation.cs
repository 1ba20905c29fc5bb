using System.Collections.Immutable;

namespace Buildit.Core.Debian;

/// <summary>How a relation limits versions.</summary>
public enum VersionOperator
{
    /// <summary>Every version will do.</summary>
    Any,

    /// <summary><c>&lt;&lt;</c></summary>
    Earlier,

    /// <summary><c>&lt;=</c></summary>
    EarlierOrEqual,

    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>&gt;=</c></summary>
    LaterOrEqual,

    /// <summary><c>&gt;&gt;</c></summary>
    Later,
}

/// <summary>One alternative of a dependency (Debian Policy 7.1): <c>name:qualifier (op version) [architectures] &lt;profiles&gt;</c>.</summary>
/// <param name="Name">A package, or a virtual one.</param>
public sealed record Relation(string Name)
{
    /// <summary><c>any</c>, <c>native</c> or an architecture; null if none is written.</summary>
    public string? Qualifier { get; init; }

    /// <summary>Which versions will do.</summary>
    public VersionOperator Operator { get; init; }

    /// <summary>The version compared with; empty for <see cref="VersionOperator.Any"/>.</summary>
    public string Version { get; init; } = "";

    /// <summary>Architectures that it is meant for, or with '!' is not; empty = all.</summary>
    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>Build profile formulas as written, without the angle brackets: any of them must hold; empty = always.</summary>
    public ImmutableArray<string> Profiles { get; init; } = [];

    /// <summary>Whether a package of this version is what is asked for.</summary>
    public bool Admits(string version)
    {
        if (Operator == VersionOperator.Any)
        {
            return true;
        }

        var order = DebianVersion.Compare(version, Version);
        return Operator switch
        {
            VersionOperator.Earlier => order < 0,
            VersionOperator.EarlierOrEqual => order <= 0,
            VersionOperator.Equal => order == 0,
            VersionOperator.LaterOrEqual => order >= 0,
            _ => order > 0,
        };
    }

    /// <summary>Whether it counts on this architecture with no build profile active.</summary>
    public bool AppliesTo(string architecture) => AppliesToArchitecture(architecture) && AppliesWithoutProfiles();

    /// <summary>As written in a control file, without the restrictions that have been decided already.</summary>
    public override string ToString()
    {
        var name = Qualifier is null ? Name : $"{Name}:{Qualifier}";
        return Operator == VersionOperator.Any ? name : $"{name} ({Symbol} {Version})";
    }

    private string Symbol => Operator switch
    {
        VersionOperator.Earlier => "<<",
        VersionOperator.EarlierOrEqual => "<=",
        VersionOperator.Equal => "=",
        VersionOperator.LaterOrEqual => ">=",
        _ => ">>",
    };

    private bool AppliesToArchitecture(string architecture) =>
        Architectures.IsEmpty
        || (Architectures[0].StartsWith('!') ? !Architectures.Any(a => Matches(a[1..], architecture)) : Architectures.Any(a => Matches(a, architecture)));

    private static bool Matches(string pattern, string architecture) =>
        pattern == architecture || pattern is "any" or "linux-any" || pattern == $"any-{architecture}";

    // With no profile active, a formula holds if all of its terms are negated.
    private bool AppliesWithoutProfiles() =>
        Profiles.IsEmpty || Profiles.Any(formula => formula.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(term => term.StartsWith('!')));
}
