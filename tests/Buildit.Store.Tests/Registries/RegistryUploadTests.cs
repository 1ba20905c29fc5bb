using Buildit.Core;
using Buildit.Core.Registries;
using Buildit.Store.Binhosts;
using Buildit.Store.Registries;

namespace Buildit.Store.Tests.Registries;

/// <summary>Blobs that go into a registry in pieces, and what goes wrong on the way.</summary>
public sealed class RegistryUploadTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 250).Select(i => (byte)(i * 7))];

    [Fact]
    public async Task A_large_blob_goes_in_pieces_and_a_small_one_in_one_request()
    {
        using var server = new UploadServer();
        Assert.Equal(["POST", "PATCH 0-99", "PATCH 100-199", "PATCH 200-249", "PUT"], await PutAsync(server, Content));
        Assert.Equal(["POST", "PUT"], (await PutAsync(server, Content[..100]))[5..]);
    }

    [Fact]
    public async Task A_piece_that_broke_off_goes_on_where_the_registry_says_that_it_ended()
    {
        using var server = new UploadServer(piece => piece == 2 ? Trouble.BreaksOff : Trouble.None);
        Assert.Equal(["POST", "PATCH 0-99", "PATCH 100-199", "GET", "PATCH 150-199", "PATCH 200-249", "PUT"], await PutAsync(server, Content));
    }

    [Fact]
    public async Task A_piece_that_arrived_without_anybody_being_told_is_not_sent_again()
    {
        using var server = new UploadServer(piece => piece is 1 or 3 ? Trouble.AnswerIsLost : Trouble.None);
        Assert.Equal(["POST", "PATCH 0-99", "GET", "PATCH 100-199", "PATCH 200-249", "GET", "PUT"], await PutAsync(server, Content));
    }

    [Fact]
    public async Task A_registry_that_is_busy_is_asked_again()
    {
        using var server = new UploadServer(piece => piece is 1 or 2 ? Trouble.Busy : Trouble.None);
        Assert.Equal(["POST", "PATCH 0-99", "GET", "PATCH 0-99", "GET", "PATCH 0-99", "PATCH 100-199", "PATCH 200-249", "PUT"], await PutAsync(server, Content));
    }

    [Fact]
    public async Task An_upload_that_was_forgotten_is_begun_again()
    {
        using var server = new UploadServer(piece => piece == 2 ? Trouble.Forgets : Trouble.None);
        Assert.Equal(["POST", "PATCH 0-99", "PATCH 100-199", "GET", "POST", "PATCH 0-99", "PATCH 100-199", "PATCH 200-249", "PUT"], await PutAsync(server, Content));
    }

    [Fact]
    public async Task An_upload_that_is_forgotten_again_and_again_is_given_up()
    {
        using var server = new UploadServer(piece => piece % 2 == 0 ? Trouble.Forgets : Trouble.None);
        var failure = await Assert.ThrowsAsync<PlaceException>(() => PutAsync(server, Content));
        Assert.Contains("kept nothing of it", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count(r => r == "POST"));
        Assert.Empty(server.Blobs);
    }

    [Fact]
    public async Task A_registry_that_never_answers_a_piece_is_given_up_as_one_that_broke_off()
    {
        using var server = new UploadServer(static _ => Trouble.Busy);
        var failure = await Assert.ThrowsAsync<PlaceException>(() => PutAsync(server, Content));
        Assert.Contains("503", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.MayPass);
        Assert.Equal(3, server.Requests.Count(r => r == "PATCH 0-99"));
    }

    [Fact]
    public async Task A_registry_that_takes_no_pieces_gets_the_whole()
    {
        using var server = new UploadServer(static _ => Trouble.TakesNone);
        Assert.Equal(["POST", "PATCH 0-99", "POST", "PUT"], await PutAsync(server, Content));
    }

    [Fact]
    public async Task A_registry_gets_no_smaller_pieces_than_it_takes()
    {
        using var server = new UploadServer { LeastPiece = 200 };
        Assert.Equal(["POST", "PATCH 0-199", "PATCH 200-249", "PUT"], await PutAsync(server, Content));
        using var large = new UploadServer { LeastPiece = 1 << 30 };
        Assert.Equal(["POST", "PUT"], await PutAsync(large, Content));
    }

    /// <summary>Puts a blob; gives what was asked.</summary>
    private static async Task<string[]> PutAsync(UploadServer server, byte[] content)
    {
        using var client = new RegistryClient(
            RegistryAddress.Parse(server.Url, out _)!,
            new("/nowhere/config.json"),
            new() { ConnectTimeout = TimeSpan.FromSeconds(60), StallTimeout = TimeSpan.FromSeconds(60), Retries = 2, FirstDelay = TimeSpan.FromMilliseconds(1) },
            TimeProvider.System,
            pieceSize: 100);
        await client.PutBlobAsync(Digest.Of(content), content.Length, () => new MemoryStream(content), default);
        Assert.Equal(content, server.Blobs[Digest.Of(content)]);
        return [.. server.Requests];
    }
}
