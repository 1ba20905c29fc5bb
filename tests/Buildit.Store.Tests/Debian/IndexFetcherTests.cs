using System.Globalization;
using System.Text;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Store.Debian;

namespace Buildit.Store.Tests.Debian;

public class IndexFetcherTests
{
    private const string Base = "http://m.example/debian";
    private const string Suite = Base + "/dists/bookworm";
    private const string Packages = "main/binary-amd64/Packages.gz";
    private static readonly byte[] Index = DebBuilder.Gzip(Encoding.UTF8.GetBytes($"Package: a\nVersion: 1\nArchitecture: all\nFilename: pool/a.deb\nSize: 1\nSHA256: {Digest.Of("a").Hex}\n"));
    private static readonly string ByHash = $"{Suite}/main/binary-amd64/by-hash/SHA256/{Digest.Of(Index).Hex}";

    private readonly Dictionary<string, byte[]> _web = [];
    private readonly List<string> _asked = [];

    private static readonly Distribution Distribution = new() { Suite = "bookworm", Components = ["main"], Architecture = "amd64", Keyring = "k", Mirrors = [] };

    private static byte[] Release(string extra = "Acquire-By-Hash: yes", string codename = "bookworm") => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"SIGNED Suite: oldstable\nCodename: {codename}\nDate: Sat, 01 Jul 2023 10:16:37 UTC\n{extra}\nSHA256:\n {Digest.Of(Index).Hex} {Index.Length} {Packages}\n"));

    private Task<FetchedIndex> FetchAsync(bool allowExpired = false, params string[] mirrors) =>
        new IndexFetcher(OpenAsync, new FakeVerifier(), new FakeClock()) { AllowExpired = allowExpired }.FetchAsync(Distribution, mirrors.Length > 0 ? mirrors : [Base], "keyring", default);

    private Task<Stream?> OpenAsync(string url, CancellationToken cancel)
    {
        _asked.Add(url);
        return url.Contains("down", StringComparison.Ordinal)
            ? throw new HttpRequestException("connection refused")
            : Task.FromResult<Stream?>(_web.TryGetValue(url, out var bytes) ? new MemoryStream(bytes) : null);
    }

    [Fact]
    public async Task The_index_is_fetched_by_its_digest()
    {
        _web[$"{Suite}/InRelease"] = Release();
        _web[ByHash] = Index;
        var index = await FetchAsync();

        Assert.Equal("a", Assert.Single(index.Packages.Names));
        Assert.Equal(("bookworm", Base), (index.Release.Codename, index.BaseUrl));
        Assert.Equal([$"{Suite}/InRelease", ByHash], _asked);
    }

    [Fact]
    public async Task The_plain_name_is_for_mirrors_without_digests()
    {
        _web[$"{Suite}/InRelease"] = Release("Acquire-By-Hash: no");
        _web[$"{Suite}/{Packages}"] = Index;
        await FetchAsync();
        Assert.DoesNotContain(ByHash, _asked);

        _web[$"{Suite}/InRelease"] = Release();
        Assert.NotNull((await FetchAsync()).Packages.Find("a"));
    }

    [Fact]
    public async Task A_mirror_that_fails_is_passed_over()
    {
        _web[$"{Suite}/InRelease"] = Release();
        _web[ByHash] = Index;

        Assert.Equal(Base, (await FetchAsync(false, "http://down.example", "http://empty.example", Base + "/")).BaseUrl);
    }

    [Fact]
    public async Task When_all_mirrors_fail_each_reason_is_told()
    {
        var error = await Assert.ThrowsAsync<BuilditException>(() => FetchAsync(false, "http://down.example", "http://empty.example"));

        Assert.Equal(ExitCode.FetchFailed, error.Code);
        Assert.Equal(2, error.Diagnostics.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task R28_an_index_that_is_not_the_signed_one_is_refused(int longer)
    {
        var bytes = Index.Concat(new byte[1]).Take(Index.Length + longer).ToArray();
        bytes[5] ^= 1;
        _web[$"{Suite}/InRelease"] = Release();
        _web[ByHash] = bytes;

        Assert.Equal(ExitCode.FetchFailed, (await Assert.ThrowsAsync<BuilditException>(() => FetchAsync())).Code);
    }

    [Fact]
    public async Task R32_an_unsigned_release_file_is_refused_before_anything_in_it_is_used()
    {
        _web[$"{Suite}/InRelease"] = Release()["SIGNED ".Length..];
        _web[ByHash] = Index;

        Assert.Equal(ExitCode.TrustRefused, (await Assert.ThrowsAsync<BuilditException>(() => FetchAsync())).Code);
        Assert.Equal([$"{Suite}/InRelease"], _asked);
    }

    [Fact]
    public async Task A_signed_release_file_of_another_suite_is_refused()
    {
        _web[$"{Suite}/InRelease"] = Release(codename: "bullseye");

        Assert.Contains("bullseye", (await Assert.ThrowsAsync<BuilditException>(() => FetchAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_file_that_is_too_old_is_refused_unless_allowed()
    {
        _web[$"{Suite}/InRelease"] = Release("Acquire-By-Hash: yes\nValid-Until: Sat, 08 Jul 2023 10:16:37 UTC");
        _web[ByHash] = Index;

        Assert.Contains("2023-07-08", (await Assert.ThrowsAsync<BuilditException>(() => FetchAsync())).Message, StringComparison.Ordinal);
        Assert.NotNull(await FetchAsync(allowExpired: true));
    }

    private sealed class FakeVerifier : IReleaseVerifier
    {
        public Task<byte[]> VerifyAsync(byte[] inRelease, string keyringPath, CancellationToken cancel) =>
            Encoding.UTF8.GetString(inRelease).StartsWith("SIGNED ", StringComparison.Ordinal)
                ? Task.FromResult(inRelease["SIGNED ".Length..])
                : throw new BuilditException(ExitCode.TrustRefused, "not signed");
    }

    private sealed class FakeClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2023, 8, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
