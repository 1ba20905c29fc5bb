using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Testing;

/// <summary>Results of tests for people and programs. There is no time in any of them: equal results give equal bytes.</summary>
internal static class TestReport
{
    /// <summary>A test that has ended, in lines.</summary>
    public static string Lines(TestResult result)
    {
        var text = new StringBuilder(result.Title.PadRight(Math.Max(result.Title.Length + 1, 75)) + (result.IsGood ? "[OK]" : "[FAILED]"));
        foreach (var mistake in result.Mistakes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n    {VisibleText.Of(mistake)}");
        }

        return text.Append(result.IsGood ? "" : $"\n    at {result.Span}").Append(result.Describe().Detail is { } output ? "\n" + output : "").ToString();
    }

    /// <summary>All of them as one JSON object.</summary>
    public static void Write(Utf8JsonWriter json, string target, ImmutableArray<TestResult> results)
    {
        json.WriteStartObject();
        json.WriteString("target", target);
        json.WriteNumber("passed", results.Count(r => r.IsGood));
        json.WriteNumber("failed", results.Count(r => !r.IsGood));
        json.WriteStartArray("tests");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("kind", result.Kind);
            json.WriteString("name", result.Name);
            json.WriteString("file", result.Span.Source.Path);
            json.WriteNumber("line", result.Span.Line);
            json.WriteBoolean("passed", result.IsGood);
            json.WriteStartArray("mistakes");
            foreach (var mistake in result.Mistakes)
            {
                json.WriteStringValue(mistake);
            }

            json.WriteEndArray();
            json.WriteString("output", result.Output);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>All of them in the XML that CI systems read as JUnit's.</summary>
    public static byte[] JUnit(string target, ImmutableArray<TestResult> results)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new() { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false) }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            Attributes(xml, ("name", target), ("tests", Number(results.Length)), ("failures", Number(results.Count(r => !r.IsGood))), ("errors", "0"), ("skipped", "0"));
            foreach (var result in results)
            {
                Write(xml, result);
            }
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static void Write(XmlWriter xml, TestResult result)
    {
        xml.WriteStartElement("testcase");
        Attributes(xml, ("classname", result.Kind), ("name", result.Name), ("file", result.Span.Source.Path), ("line", Number(result.Span.Line)));
        if (!result.IsGood)
        {
            xml.WriteStartElement("failure");
            Attributes(xml, ("message", result.Mistakes[0]));
            xml.WriteString(Clean(string.Join('\n', result.Mistakes)));
            xml.WriteEndElement();
        }

        if (result.Output.Length > 0)
        {
            xml.WriteElementString("system-out", Clean(result.Output));
        }

        xml.WriteEndElement();
    }

    private static void Attributes(XmlWriter xml, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            xml.WriteAttributeString(name, Clean(value));
        }
    }

    // XML has no way to say most control characters.
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(r => r.Value < 0x20 && r.Value is not (9 or 10 or 13) ? "\uFFFD" : r.Value is 0xFFFE or 0xFFFF ? "\uFFFD" : r.ToString()));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
