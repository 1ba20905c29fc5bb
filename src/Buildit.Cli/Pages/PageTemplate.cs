using System.Net;
using System.Text;

namespace Buildit.Cli.Pages;

/// <summary>Frames of pages, which are embedded in the program.</summary>
internal static class PageTemplate
{
    /// <summary>Each <c>{{name}}</c> of a frame once; what is put in is not looked at again.</summary>
    public static string Fill(string frame, IReadOnlyDictionary<string, string> values)
    {
        var text = new StringBuilder();
        var parts = Resource(frame).Split("{{");
        text.Append(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            var end = part.IndexOf("}}", StringComparison.Ordinal);
            text.Append(values[part[..end]]).Append(part.AsSpan(end + 2));
        }

        return text.ToString();
    }

    /// <summary>Text as HTML, also within the quotes of an attribute.</summary>
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>An embedded file.</summary>
    public static string Resource(string name)
    {
        using var stream = typeof(PageTemplate).Assembly.GetManifestResourceStream("Buildit.Cli.Page." + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
