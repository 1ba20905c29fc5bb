using Buildit.Core.Recipes;
using Buildit.Store.Sources;

namespace Buildit.Build.Workspaces;

/// <summary>What a recipe says of a source, as the source archive takes it.</summary>
internal static class SourceInputs
{
    /// <summary>For the source's bytes at a path of this machine.</summary>
    public static SourceInput Of(Source source, string path, string? name = null) =>
        new(path, name ?? Path.GetFileName(path.TrimEnd('/'))) { Unpack = source.Unpack, Strip = source.Strip, Span = source.Span };
}
