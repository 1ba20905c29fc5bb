using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Buildit.Cli.Consoles;

/// <summary>Data as JSON for <c>--json</c>: indented, so that people can read it, too.</summary>
internal static class JsonText
{
    // Nothing of it goes into a page: '+' and '<' stay what they are.
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions OneLine = Options with { Indented = false };

    /// <summary>What is written, without a last line end.</summary>
    public static string Of(Action<Utf8JsonWriter> write) => Of(write, Options);

    /// <summary>The same on one line.</summary>
    public static string LineOf(Action<Utf8JsonWriter> write) => Of(write, OneLine);

    private static string Of(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
