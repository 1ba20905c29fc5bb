namespace Buildit.Acceptance.Tests;

/// <summary>What changes the printed HASH of a package, and what does not.</summary>
public sealed class HashTests
{
    private const string Recipe = """
        name: keyed
        summary: a text
        homepage: https://example.org/
        versions:
          1.0: {sources: [{path: src}]}
        needs: {tools: [toolchain/c, debian/diffutils]}
        use:
          ssl: {default: on, description: TLS, configure: [--ssl]}
          ipv6: {default: off, description: new IP}
        environment: {A: "1", B: "2"}
        configure: [--one, --two]
        build:
          install: echo x > "$OUTPUT/x"

        """;

    [Theory]
    [InlineData("name: keyed\n", "# a comment\nname: keyed\n\n")]
    [InlineData("summary: a text", "summary: another text")]
    [InlineData("https://example.org/", "https://example.com/")]
    [InlineData("description: TLS", "description: 'Transport Layer Security'")]
    [InlineData("[toolchain/c, debian/diffutils]", "[debian/diffutils, toolchain/c]")]
    [InlineData("{A: \"1\", B: \"2\"}", "{B: \"2\", A: \"1\"}")]
    [InlineData("install: echo x > \"$OUTPUT/x\"", "\"install\": 'echo x > \"$OUTPUT/x\"'")]
    public async Task Comments_descriptions_addresses_and_order_do_not_change_it(string before, string after) => Assert.Equal(await HashAsync("", ""), await HashAsync(before, after));

    [Theory]
    [InlineData("1.0:", "1.1:")]
    [InlineData("echo x", "echo y")]
    [InlineData("[--one, --two]", "[--two, --one]")]
    [InlineData("A: \"1\"", "A: \"2\"")]
    [InlineData("ssl: {default: on", "ssl: {default: off")]
    [InlineData("[toolchain/c, debian/diffutils]", "[toolchain/c, debian/diffutils, debian/libssl3]")]
    [InlineData("environment:", "test: \"true\"\nenvironment:")]
    [InlineData("environment:", "outputs: {exclude: ['/y']}\nenvironment:")]
    public async Task Each_declared_input_changes_it(string before, string after) => Assert.NotEqual(await HashAsync("", ""), await HashAsync(before, after));

    [Fact]
    public async Task The_bytes_of_a_source_change_it_and_a_flag_of_a_derived_recipe_does()
    {
        using var workspace = With(Text("", ""));
        var first = (await workspace.MustBuildAsync("test/keyed")).Hash();
        workspace.Write("pkgs/test/keyed/src/file", "other");
        Assert.NotEqual(first, (await workspace.MustBuildAsync("test/keyed")).Hash());
        workspace.Write("pkgs/test/keyed/src/file", "text");
        workspace.Write("mine/pkg.yaml", "base: test/keyed\n");
        var plain = (await workspace.MustBuildAsync("mine")).Hash();
        workspace.Write("mine/pkg.yaml", "base: test/keyed\nuse: {with: [ipv6]}\n");
        Assert.NotEqual(plain, (await workspace.MustBuildAsync("mine")).Hash());
    }

    private static async Task<string> HashAsync(string before, string after)
    {
        using var workspace = With(Text(before, after));
        return (await workspace.MustBuildAsync("test/keyed")).Hash();
    }

    private static string Text(string before, string after)
    {
        var text = Recipe;
        Assert.Contains(before, text, StringComparison.Ordinal);
        return before.Length == 0 ? text : text.Replace(before, after, StringComparison.Ordinal);
    }

    private static Workspace With(string recipe)
    {
        var workspace = new Workspace();
        workspace.Write("pkgs/test/keyed/pkg.yaml", recipe);
        workspace.Write("pkgs/test/keyed/src/file", "text");
        return workspace;
    }
}
