using Buildit.Core.Trees;

namespace Buildit.Core.Records;

/// <summary>How much of a package somebody needs. What nobody needs is not downloaded.</summary>
public enum Need
{
    /// <summary>To know what its outputs are: their diffIDs go into keys.</summary>
    Record,

    /// <summary>To run it: the runtime output.</summary>
    Run,

    /// <summary>To build with it: the runtime and dev outputs.</summary>
    Build,

    /// <summary>To describe it: the runtime output, and the doc output, where licenses are.</summary>
    Describe,

    /// <summary>All outputs, to pass them on.</summary>
    All,
}

/// <summary>What a need means for a record.</summary>
public static class Needs
{
    /// <summary>Names of the outputs that must be there, as far as the package has them.</summary>
    public static IEnumerable<string> Of(this Need need, Record record) => need switch
    {
        Need.Record => [],
        Need.Run => record.Outputs.Keys.Where(static o => o == OutputSplit.Runtime),
        Need.Build => record.Outputs.Keys.Where(static o => o is OutputSplit.Runtime or OutputSplit.Dev),
        Need.Describe => record.Outputs.Keys.Where(static o => o is OutputSplit.Runtime or OutputSplit.Doc),
        Need.All => record.Outputs.Keys,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
