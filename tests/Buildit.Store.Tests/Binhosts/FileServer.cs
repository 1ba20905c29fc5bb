using System.Collections.Concurrent;
using Buildit.Core;
using Buildit.Store.Tests.Fetching;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>A static web server over files in memory, which a test may let misbehave.</summary>
public sealed class FileServer : IDisposable
{
    private readonly TestServer _server;
    private readonly ConcurrentQueue<int> _answers = [];

    public FileServer() => _server = new((asked, number) =>
    {
        var answer = Misbehave?.Invoke(asked, number) ?? AnswerTo(asked);
        _answers.Enqueue(answer.Status);
        return answer;
    });

    /// <summary>Path (without a slash before it) -> content.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>It knows neither ETag nor ranges.</summary>
    public bool IsPlain { get; init; }

    /// <summary>What it says instead of the truth; null = the truth. Gets the request and its number, from 1.</summary>
    public Func<Asked, int, Answer?>? Misbehave { get; set; }

    public string Url => _server.Url("/bin");

    public IReadOnlyList<Asked> Requests => _server.Requests;

    /// <summary>Status of each answer so far.</summary>
    public IReadOnlyList<int> Answers => [.. _answers];

    /// <summary>What a request names, as in <see cref="Files"/>.</summary>
    public static string PathOf(Asked asked) => asked.Path["/bin/".Length..];

    /// <summary>The truth.</summary>
    public Answer AnswerTo(Asked asked)
    {
        if (!asked.Path.StartsWith("/bin/", StringComparison.Ordinal) || !Files.TryGetValue(PathOf(asked), out var content))
        {
            return Answer.Code(404);
        }

        if (IsPlain)
        {
            return Answer.Ok(content);
        }

        var tag = $"\"{Digest.Of(content).Hex[..12]}\"";
        return asked.Header("if-none-match") == tag ? Answer.Code(304, "ETag: " + tag)
            : asked.RangeStart >= content.Length && asked.RangeStart > 0 ? Answer.Code(416)
            : asked.RangeStart > 0 ? new(206, content[asked.RangeStart..], Headers: [$"ETag: {tag}", $"Content-Range: bytes {asked.RangeStart}-{content.Length - 1}/{content.Length}"])
            : Answer.Ok(content, "ETag: " + tag);
    }

    public void Dispose() => _server.Dispose();
}
