using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Buildit.Core.Sboms;

/// <summary>A format of documents.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Ending">Of the names of its files.</param>
/// <param name="MediaType">Of the documents.</param>
/// <param name="Write">Gives a document's bytes.</param>
public sealed record SbomFormat(string Name, string Ending, string MediaType, Func<Sbom, byte[]> Write)
{
    /// <summary>SPDX 2.3 as JSON.</summary>
    public static SbomFormat Spdx { get; } = new("spdx", ".spdx.json", "application/spdx+json", SpdxDocument.Write);

    /// <summary>CycloneDX 1.6 as JSON.</summary>
    public static SbomFormat CycloneDx { get; } = new("cyclonedx", ".cdx.json", "application/vnd.cyclonedx+json", CycloneDxDocument.Write);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SbomFormat> All { get; } = [Spdx, CycloneDx];
}

/// <summary>JSON of a document, which carries an identity that follows from all that it says.</summary>
internal static class SbomJson
{
    /// <summary>Who made a document: not the program's version, as builders of several releases write the same.</summary>
    internal const string Tool = "buildit";

    // What identifies one of the documents that this code writes; one more whenever they say it differently.
    internal const string FormatVersion = "1";

    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a document twice: once to know its digest, and then with a UUID of that.</summary>
    internal static byte[] Identified(Action<Utf8JsonWriter, string> write) =>
        Write(json => write(json, new Keys.RecipeKey(Digest.Of(Write(json => write(json, "")))).Uuid));

    internal static string Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    internal static void Optional(this Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        stream.Write(Encoding.UTF8.GetBytes("\n"));
        return stream.ToArray();
    }
}
