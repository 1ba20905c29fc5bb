using Buildit.Store.Fetching;

namespace Buildit.Store.Tests.Fetching;

public class SteadyStreamTests
{
    [Fact]
    public async Task A_drip_is_broken_off_though_each_byte_comes_in_time()
    {
        var error = await Assert.ThrowsAsync<FetchFailure>(() => ReadAllAsync(new Drip(1), secondsPerRead: 1));
        Assert.Contains("sent only", error.Message, StringComparison.Ordinal);
        Assert.False(error.MayPass);
    }

    [Fact]
    public async Task A_slow_line_that_keeps_going_is_borne() => Assert.Equal(100 * 600, await ReadAllAsync(new Drip(600), secondsPerRead: 1));

    private static async Task<long> ReadAllAsync(Stream content, int secondsPerRead)
    {
        var clock = new SteppingClock(secondsPerRead);
        await using var stream = new SteadyStream(content, new MemoryStream(), new StallWatch(TimeSpan.FromMinutes(1), TimeProvider.System, default), TimeSpan.FromSeconds(10), 4000, clock);
        var (total, buffer) = (0L, new byte[1000]);
        for (int read; (read = await stream.ReadAsync(buffer)) > 0; total += read)
        {
        }

        return total;
    }

    /// <summary>A hundred pieces of one size.</summary>
    private sealed class Drip(int size) : MemoryStream(new byte[100 * size])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }

    /// <summary>Each look at it is some seconds later than the one before.</summary>
    private sealed class SteppingClock(int seconds) : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now += seconds;
    }
}
