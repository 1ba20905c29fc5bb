using System.Text;
using System.Text.Json;
using Buildit.Core.Licenses;
using Buildit.Core.Sboms;
using Buildit.Testing;

namespace Buildit.Core.Tests.Sboms;

/// <summary>Documents byte by byte; whether they are what their formats ask for, the schemas say (Buildit.Peers.Tests).</summary>
public sealed class SbomDocumentTests
{
    private static readonly Sbom Demo = new()
    {
        Kind = SbomKind.Image,
        Name = "web",
        Version = "1",
        Created = 1_700_000_000,
        Packages =
        [
            Package("debian/libc6", "2.36-9") with { Supplier = "Organization: Debian", Download = new("libc6.deb", "https://a.org/libc6.deb", Digest.Of("deb")) },
            Package("www/app", "1.0") with
            {
                Cpe = SbomNames.Cpe("app", "app", "1.0"),
                Homepage = "https://a.org/",
                Summary = "An app",
                License = LicenseExpression.Parse("MIT AND odd", out _),
                Concluded = LicenseExpression.Parse("MIT", out _),
                Texts = [new("LICENSE", "Do what you want.\n")],
                Sources = [new("app-1.0.tar.gz", "https://a.org/app-1.0.tar.gz", Digest.Of("source"))],
                Patches = [new("fix.patch", null, Digest.Of("patch"), "Fixes it"), new("other.patch", "https://a.org/other.patch", Digest.Of("other"), null)],
                Files = [new("usr/bin/app", 3, Digest.Of("app"), new string('a', 40))],
            },
        ],
        OwnFiles = [new("etc/app.conf", 4, Digest.Of("conf"), new string('b', 40))],
        Relations = [new("www/app", "debian/libc6", SbomLink.Runtime)],
    };

    [Fact]
    public void SPDX_says_everything_in_a_fixed_form() => Golden.Check("tests/golden/sboms/demo.spdx.json", Text(SbomFormat.Spdx.Write(Demo)));

    [Fact]
    public void CycloneDX_says_everything_in_a_fixed_form() => Golden.Check("tests/golden/sboms/demo.cdx.json", Text(SbomFormat.CycloneDx.Write(Demo)));

    [Fact]
    public void A_document_s_identity_follows_from_what_it_says()
    {
        foreach (var format in SbomFormat.All)
        {
            Assert.Equal(Identity(format.Write(Demo)), Identity(format.Write(Demo)));
            Assert.NotEqual(Identity(format.Write(Demo)), Identity(format.Write(Demo with { OwnFiles = [] })));
        }
    }

    [Fact]
    public void What_a_package_was_built_with_is_told_apart_from_what_it_needs()
    {
        var sbom = Demo with
        {
            Kind = SbomKind.Package,
            Packages = [Demo.Packages[1], Demo.Packages[0]],
            OwnFiles = [],
            BuildPackages = [Package("debian/gcc", "12")],
            Relations = [.. Demo.Relations, new("www/app", "debian/gcc", SbomLink.BuildTool), new("www/app", "debian/libc6", SbomLink.BuildLibrary)],
        };
        var relations = JsonDocument.Parse(SbomFormat.Spdx.Write(sbom)).RootElement.GetProperty("relationships").EnumerateArray().Select(r => r.GetProperty("relationshipType").GetString()!).ToArray();
        Assert.Equal(["DEPENDS_ON", "BUILD_TOOL_OF", "BUILD_DEPENDENCY_OF"], relations[^3..]);
        var components = JsonDocument.Parse(SbomFormat.CycloneDx.Write(sbom)).RootElement.GetProperty("components").EnumerateArray();
        Assert.Equal([("libc6", "required"), ("gcc", "excluded")], components.Select(c => (c.GetProperty("name").GetString()!, c.GetProperty("scope").GetString()!)));
    }

    private static SbomPackage Package(string name, string version) =>
        new() { Name = name, Version = version, Key = new(Digest.Of(name)), Purl = SbomNames.OfBuilt(name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..], version, null) };

    private static string Identity(byte[] document)
    {
        var root = JsonDocument.Parse(document).RootElement;
        return root.TryGetProperty("documentNamespace", out var ns) ? ns.GetString()! : root.GetProperty("serialNumber").GetString()!;
    }

    private static string Text(byte[] document) => Encoding.UTF8.GetString(document);
}
