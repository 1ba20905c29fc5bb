using System.Text;

namespace Buildit.Cli.Sboms;

/// <summary>Texts that somebody wrote at some time, in some encoding.</summary>
internal static class FoundText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>As UTF-8 if it is that, else as Latin-1, in which no byte is wrong.</summary>
    public static string Decode(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }
}
