using System.Text;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Files;
using Buildit.Testing;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>Turns to write, when their holders die or sleep. What several living ones do is in the contract of places.</summary>
public sealed class WriteTurnTests : IDisposable
{
    private const string Document = "records/catalog";
    private readonly TemporaryDirectory _directory = new();
    private readonly HastyClock _clock = new();

    [Fact]
    public async Task R24_who_died_with_the_turn_loses_it_and_who_sleeps_with_it_writes_nothing_when_he_wakes()
    {
        using var place = new DirectoryPlace(_directory, _clock);
        await AddAsync(place, "a");
        // Of another kind: nothing tells whether he lives but what he does.
        using var files = new OtherFiles(new LocalFiles(_directory, TimeProvider.System));
        await using var sleeper = await WriteTurn.TakeAsync(files, false, TimeProvider.System, default);
        await AddAsync(place, "b");
        Assert.True(_clock.Waited > TimeSpan.FromSeconds(20));
        Assert.False(await sleeper.ReplaceAsync(Document, "old"u8.ToArray(), 1, default));
        Assert.Equal("ab", Text);
    }

    [Fact]
    public async Task R24_who_gives_signs_of_life_keeps_the_turn()
    {
        using var place = new DirectoryPlace(_directory, _clock);
        await AddAsync(place, "a");
        using var files = new OtherFiles(new LocalFiles(_directory, TimeProvider.System));
        await using var holder = await WriteTurn.TakeAsync(files, false, TimeProvider.System, default);
        using var stop = new CancellationTokenSource();
        var sign = 0;
        _clock.Waiting = () =>
        {
            files.TouchAsync($".turn/{(Directory.GetFiles(Path.Combine(_directory, ".turn")) is [var file] ? Path.GetFileName(file) : "none")}", ++sign, default).GetAwaiter().GetResult();
            if (_clock.Waited > TimeSpan.FromMinutes(2))
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => place.UpdateAsync(Document, _ => Task.FromResult<ReadOnlyMemory<byte>?>("b"u8.ToArray()), stop.Token));
        Assert.True(await holder.ReplaceAsync(Document, "held"u8.ToArray(), 1, default));
        Assert.Equal("held", Text);
    }

    [Fact]
    public async Task R24_a_dead_process_of_this_machine_costs_no_time()
    {
        using var place = new DirectoryPlace(_directory, _clock);
        await AddAsync(place, "a");
        _directory.Write(".turn/directory-dead", "half a docu");
        await AddAsync(place, "b");
        Assert.Equal(TimeSpan.Zero, _clock.Waited);
        Assert.Equal("ab", Text);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_directory, ".turn")));
    }

    [Fact]
    public async Task A_turn_that_nobody_has_and_that_cannot_be_taken_is_a_failure_not_a_wait_for_ever()
    {
        using var files = new OtherFiles(new LocalFiles(_directory, TimeProvider.System)) { MovesDirectories = false };
        var failure = await Assert.ThrowsAsync<PlaceException>(() => WriteTurn.TakeAsync(files, false, _clock, default));
        Assert.Contains("nobody has it", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public async Task A_dead_holder_who_cannot_be_removed_keeps_nobody_from_giving_up()
    {
        _directory.Write(".turn/other-dead", "");
        using var files = new OtherFiles(new LocalFiles(_directory, TimeProvider.System)) { Removes = false };
        using var stop = new CancellationTokenSource();
        files.Listed = times => { if (times == 100) { stop.Cancel(); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WriteTurn.TakeAsync(files, true, _clock, stop.Token));
    }

    [Fact]
    public async Task A_directory_of_this_machine_tells_a_name_that_is_taken_from_everything_else_that_goes_wrong()
    {
        using var files = new LocalFiles(_directory, TimeProvider.System);
        _directory.Write("a/file", "");
        _directory.Write("full/file", "");
        _directory.Write("file", "");
        Directory.CreateDirectory(Path.Combine(_directory, "empty"));
        Assert.False(await files.MoveDirectoryAsync("a", "full", default));
        await Assert.ThrowsAsync<IOException>(() => files.MoveDirectoryAsync("a", "file", default));
        await Assert.ThrowsAsync<IOException>(() => files.MoveDirectoryAsync("nothing", "b", default));
        await Assert.ThrowsAsync<IOException>(() => files.MoveDirectoryAsync("a", "nowhere/b", default));
        Assert.True(await files.MoveDirectoryAsync("a", "empty", default));
    }

    [Fact]
    public async Task A_web_server_can_tell_states_of_one_size_apart_by_their_seconds()
    {
        using var place = new DirectoryPlace(_directory, TimeProvider.System);
        var seconds = new HashSet<long>();
        for (var i = 0; i < 4; i++)
        {
            await place.UpdateAsync(Document, _ => Task.FromResult<ReadOnlyMemory<byte>?>(new byte[] { (byte)i }), default);
            seconds.Add(new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(_directory, Document))).ToUnixTimeSeconds());
        }

        Assert.Equal(4, seconds.Count);
    }

    public void Dispose() => _directory.Dispose();

    private string Text => File.ReadAllText(Path.Combine(_directory, Document));

    private static Task AddAsync(DirectoryPlace place, string text) => place.UpdateAsync(
        Document, current => Task.FromResult<ReadOnlyMemory<byte>?>(Encoding.UTF8.GetBytes((current is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "") + text)), default);

    /// <summary>Time passes as soon as somebody waits; what comes again and again never comes.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _ticks;

        public TimeSpan Waited => new(Interlocked.Read(ref _ticks));

        public Action Waiting { get; set; } = static () => { };

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (period == Timeout.InfiniteTimeSpan && dueTime > TimeSpan.Zero)
            {
                Interlocked.Add(ref _ticks, dueTime.Ticks);
                Waiting();
                return System.CreateTimer(callback, state, TimeSpan.Zero, period);
            }

            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The same files, used by other means.</summary>
    private sealed class OtherFiles(IPlaceFiles files) : IPlaceFiles
    {
        public string Address => files.Address;

        public string Kind => "other";

        /// <summary>Whether directories can be renamed; if not, nothing says why.</summary>
        public bool MovesDirectories { get; init; } = true;

        /// <summary>Whether what is removed is gone.</summary>
        public bool Removes { get; init; } = true;

        /// <summary>Told how often somebody has looked into a directory.</summary>
        public Action<int> Listed { get; set; } = static _ => { };

        private int _listed;

        public Task<IDisposable?> LockAsync(string purpose, CancellationToken cancel) => Task.FromResult<IDisposable?>(null);

        public Task<Stream?> OpenAsync(string path, long offset, CancellationToken cancel) => files.OpenAsync(path, offset, cancel);

        public Task<FileState?> StateAsync(string path, CancellationToken cancel) => files.StateAsync(path, cancel);

        public Task<IReadOnlyDictionary<string, FileState>> FindAsync(IReadOnlyCollection<string> paths, CancellationToken cancel) => files.FindAsync(paths, cancel);

        public Task<IReadOnlyList<(string Name, FileState State)>> ListAsync(string directory, CancellationToken cancel)
        {
            Listed(++_listed);
            return files.ListAsync(directory, cancel);
        }

        public Task CreateAsync(string path, Func<Stream, Task> write, CancellationToken cancel) => files.CreateAsync(path, write, cancel);

        public Task<bool> RewriteAsync(string path, ReadOnlyMemory<byte> content, long modified, CancellationToken cancel) => files.RewriteAsync(path, content, modified, cancel);

        public Task<bool> TouchAsync(string path, long modified, CancellationToken cancel) => files.TouchAsync(path, modified, cancel);

        public Task<LinkOutcome> LinkAsync(string from, string to, CancellationToken cancel) => files.LinkAsync(from, to, cancel);

        public Task<bool> MoveAsync(string from, string to, CancellationToken cancel) => files.MoveAsync(from, to, cancel);

        public Task<bool> MoveDirectoryAsync(string from, string to, CancellationToken cancel) => MovesDirectories ? files.MoveDirectoryAsync(from, to, cancel) : Task.FromResult(false);

        public Task RemoveAsync(string path, CancellationToken cancel) => Removes ? files.RemoveAsync(path, cancel) : Task.CompletedTask;

        public void Dispose() => files.Dispose();
    }
}
