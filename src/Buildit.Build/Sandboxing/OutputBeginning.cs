using System.Text;

namespace Buildit.Build.Sandboxing;

/// <summary>The first thing that a process printed, on either stream.</summary>
internal sealed class OutputBeginning
{
    private const int MaxLength = 400;

    /// <summary>Its text; empty if nothing was printed.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Takes what came; only the first piece counts.</summary>
    public void Take(ReadOnlySpan<byte> piece)
    {
        if (Text.Length == 0)
        {
            Text = Encoding.UTF8.GetString(piece[..Math.Min(piece.Length, MaxLength)]).Trim();
        }
    }
}
