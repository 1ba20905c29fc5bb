using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads a style file, <c>styles/NAME.yaml</c> of a recipe tree: <c>phases:</c> and, if the style brings its tools, <c>needs:</c>.</summary>
public static class StyleParser
{
    /// <summary>The style, or null if there is a mistake; all of the file's mistakes go into the bag.</summary>
    public static Style? Parse(SourceText text, string name, DiagnosticBag bag)
    {
        var mistakes = new DiagnosticBag();
        Style? style = null;
        if (YamlReader.Read(text, mistakes) is { } root && new ValueReader(mistakes).Open(root, "style", "a style") is { } map)
        {
            map.Required("phases");
            style = new(name, PhaseReader.Read(map, "phases"), NeedsReader.Read(map)) { Text = text };
            map.Finish();
        }

        bag.AddRange(mistakes);
        return mistakes.HasErrors ? null : style;
    }
}
