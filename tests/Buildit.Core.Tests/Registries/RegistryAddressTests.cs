using Buildit.Core.Registries;

namespace Buildit.Core.Tests.Registries;

public sealed class RegistryAddressTests
{
    [Theory]
    [InlineData("oci://registry.example.org/buildit", "https://registry.example.org/", "buildit")]
    [InlineData("oci://registry.example.org:5000/team/bin/", "https://registry.example.org:5000/", "team/bin")]
    [InlineData("oci://localhost:5000/bin", "http://localhost:5000/", "bin")]
    [InlineData("oci://127.0.0.2:5000/bin", "http://127.0.0.2:5000/", "bin")]
    [InlineData("oci://[::1]:5000/bin", "http://[::1]:5000/", "bin")]
    [InlineData("oci+http://registry.lan/bin", "http://registry.lan/", "bin")]
    [InlineData("oci://docker.io/user/bin", "https://registry-1.docker.io/", "user/bin")]
    public void Https_is_spoken_but_to_this_machine_and_where_the_address_says_otherwise(string text, string api, string repository)
    {
        var address = RegistryAddress.Parse(text, out var objection)!;
        Assert.Null(objection);
        Assert.Equal((api, repository, null), (address.Api.ToString(), address.Repository, address.Tag));
    }

    [Fact]
    public void An_image_has_a_tag() => Assert.Equal("1.26", RegistryAddress.Parse("oci://localhost:5000/nginx:1.26", out _)!.Tag);

    [Theory]
    [InlineData("oci://registry.example.org", "is no name in a registry")]
    [InlineData("oci://registry.example.org/Team", "lower-case")]
    [InlineData("oci://registry.example.org/a//b", "is no name in a registry")]
    [InlineData("oci://registry.example.org/a:b:c", "is no name in a registry")]
    [InlineData("oci://user:password@registry.example.org:5000/a", "docker login registry.example.org:5000")]
    [InlineData("oci://registry.example.org/a?b", "has the form")]
    [InlineData("https://registry.example.org/a", "has the form")]
    public void Others_are_refused_with_the_reason(string text, string reason)
    {
        Assert.Null(RegistryAddress.Parse(text, out var objection));
        Assert.Contains(reason, objection, StringComparison.Ordinal);
        Assert.DoesNotContain("password", objection, StringComparison.Ordinal);
    }
}
