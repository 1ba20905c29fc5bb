using System.Net;
using System.Net.Http.Headers;
using Buildit.Store.Fetching;

namespace Buildit.Store.Tests.Fetching;

public class FetchRulesTests
{
    [Theory]
    [InlineData("http://a/x", "https://b/y", "https://b/y")]
    [InlineData("https://a/x/y", "../z", "https://a/z")]
    [InlineData("https://me:pw@a/x", "/y", "https://me:pw@a/y")]
    [InlineData("https://me:pw@a/x", "https://b/y", "https://b/y")]
    [InlineData("https://me:pw@a/x", "https://a:444/y", "https://a:444/y")]
    public void A_redirection_leads_to(string from, string location, string expected) =>
        Assert.Equal(new Uri(expected), HttpLine.NextAddress(new(from), new(location, UriKind.RelativeOrAbsolute)));

    [Theory]
    [InlineData("https://a/x", "http://a/x")]
    [InlineData("http://a/x", "file:///etc/passwd")]
    [InlineData("http://a/x", "ftp://a/x")]
    public void A_redirection_down_from_https_or_to_another_scheme_is_refused(string from, string location) =>
        Assert.Contains("refused", Assert.Throws<FetchFailure>(() => HttpLine.NextAddress(new(from), new(location))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("31", 30)]
    [InlineData("2147483647", 30)]
    [InlineData("Thu, 01 Jan 1970 00:00:05 GMT", 5)]
    [InlineData("Thu, 01 Jan 1970 01:00:00 GMT", 30)]
    [InlineData("Wed, 01 Jan 1969 00:00:00 GMT", 0)]
    public void Retry_after_is_honoured_up_to_the_ceiling(string header, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryPolicy.RetryAfter(RetryConditionHeaderValue.Parse(header), DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(30)));

    [Fact]
    public void Without_retry_after_the_usual_backoff_holds() => Assert.Null(RetryPolicy.RetryAfter(null, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(30)));

    [Theory]
    [InlineData(408, true)]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(504, true)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(410, false)]
    public void Only_errors_that_may_pass_are_retried(int status, bool expected) => Assert.Equal(expected, RetryPolicy.MayPass((HttpStatusCode)status));

    [Theory]
    [InlineData("https://example.org/a@b", "https://example.org/a@b")]
    [InlineData("https://me:secret@example.org/a", "https://***@example.org/a")]
    [InlineData("https://me:se@cret@example.org", "https://***@example.org")]
    [InlineData("https://token@example.org/a?b@c", "https://***@example.org/a?b@c")]
    [InlineData("/a/b@c", "/a/b@c")]
    [InlineData("http://", "http://")]
    public void Addresses_are_printed_without_secrets(string url, string expected) => Assert.Equal(expected, Redaction.Of(url));

    [Theory]
    [InlineData("debian:nginx/nginx_1.26.3.orig.tar.gz", "pool/main/n/nginx/nginx_1.26.3.orig.tar.gz")]
    [InlineData("debian:libxml2/libxml2_2.9.orig.tar.xz", "pool/main/libx/libxml2/libxml2_2.9.orig.tar.xz")]
    [InlineData("debian:contrib/lib/x", "pool/contrib/l/lib/x")]
    public void The_source_pool_has_a_place_for(string url, string expected) => Assert.Equal(expected, MirrorList.PoolPath(url));

    [Theory]
    [InlineData("debian:nginx")]
    [InlineData("debian:/x")]
    [InlineData("debian:a/../x")]
    [InlineData("debian:a/b/c/d")]
    public void A_malformed_short_form_is_an_error(string url) => Assert.Throws<FormatException>(() => MirrorList.PoolPath(url));

    [Fact]
    public void Every_mirror_is_used_in_order_and_each_address_once()
    {
        var mirrors = new MirrorList(["http://one/debian/", "http://two"]);
        Assert.Equal(["http://x/y", "http://one/debian/pool/main/n/n/n_1+b~2.tar", "http://two/pool/main/n/n/n_1+b~2.tar"], mirrors.ExpandAll(["http://x/y", "debian:n/n_1+b~2.tar", "http://x/y"]).AsEnumerable());
        Assert.Equal(["http://one/debian/pool/main/a/a/a%231.deb", "http://two/pool/main/a/a/a%231.deb"], mirrors.ForPath("pool/main/a/a/a#1.deb").AsEnumerable());
    }
}
