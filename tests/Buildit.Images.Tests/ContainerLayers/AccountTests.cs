using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.ContainerLayers;

namespace Buildit.Images.Tests.ContainerLayers;

public class AccountTests
{
    private static readonly Step.Accounts Accounts = new(
        [new("www", 33, 33, "/srv", "/bin/false", "web"), new("nginx", 101, 102, "/nonexistent", "/usr/sbin/nologin", "")],
        [new("nginx", 102), new("adm", 4)])
    { Span = Sample.Span };

    [Fact]
    public void Passwd_and_group_are_sorted_by_number_and_always_have_root()
    {
        var files = Sample.Files(Sample.Container("/nowhere", Accounts)).Entries;
        Assert.Equal(["etc/group", "etc/passwd"], files.Select(f => f.Entry.Path));
        Assert.Equal("root:x:0:\nadm:x:4:\nwww:x:33:\nnginx:x:102:\n", Text(files[0]));
        Assert.Equal("root:x:0:0:root:/root:/bin/sh\nwww:x:33:33:web:/srv:/bin/false\nnginx:x:101:102::/nonexistent:/usr/sbin/nologin\n", Text(files[1]));
    }

    [Fact]
    public void Without_accounts_there_is_no_passwd() => Assert.Empty(Sample.Files(Sample.Container("/nowhere")).Entries);

    [Theory]
    [InlineData("root", 0, 0)]
    [InlineData("root:root", 0, 0)]
    [InlineData("nginx", 101, 0)]
    [InlineData("nginx:", 101, 102)]
    [InlineData("nginx:adm", 101, 4)]
    [InlineData(":nginx", 0, 102)]
    [InlineData("1000:1001", 1000, 1001)]
    public void Owners_are_found_whatever_the_order_of_steps(string owner, int uid, int gid)
    {
        var step = new Step.Directory("/x") { Span = Sample.Span, Owner = new(owner, Sample.Span) };
        var entry = Sample.Files(Sample.Container("/nowhere", step, Accounts)).Entries.Single(e => e.Entry.Path == "x").Entry;
        Assert.Equal((uid, gid), (entry.Uid, entry.Gid));
    }

    [Theory]
    [InlineData("nginxx", "there is no user 'nginxx' in this container; known: root, www, nginx", "did you mean 'nginx'?")]
    [InlineData("root:wheel", "there is no group 'wheel' in this container; known: root, adm, www, nginx", "declare it in an `accounts` step, or write its number")]
    [InlineData("a:b:c", "'a:b:c' is not an owner", "write `user`, `user:group` or `:group`, by name or number")]
    public void An_unknown_owner_is_told(string owner, string message, string hint)
    {
        var diagnostic = Assert.Single(Errors(Accounts, new Step.Directory("/x") { Span = Sample.Span, Owner = new(owner, Sample.Span) }));
        Assert.Equal((message, hint), (diagnostic.Message, diagnostic.Hint));
    }

    [Fact]
    public void An_account_declared_twice_or_with_a_colon_is_told() => Assert.Equal(2, Errors(
        new Step.Accounts([new("a", 1, 1, "/", "/", ""), new("a", 2, 2, "/", "/", "")], [new("b:c", 3)]) { Span = Sample.Span }).Count);

    [Fact]
    public void Passwd_cannot_come_from_two_steps()
    {
        var link = new Step.Symlink("/etc/passwd", "x") { Span = Sample.Span };
        Assert.Contains("'/etc/passwd' is written by the `accounts` step", Assert.Single(Errors(Accounts, link)).Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<Diagnostic> Errors(params Step[] steps)
    {
        var bag = new DiagnosticBag();
        ContainerLayerBuilder.Build(Sample.Container("/nowhere", steps), (text, _) => text, bag);
        return bag.Items;
    }

    private static string Text(ContainerEntry entry) => new StreamReader(entry.Open()).ReadToEnd();
}
