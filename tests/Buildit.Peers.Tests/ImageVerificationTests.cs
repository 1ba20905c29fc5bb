using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Targets;
using Buildit.Cli.Verifying;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>What verify says of an image that is not what its input gives: as if whoever wrote it had another program.</summary>
public sealed class ImageVerificationTests : IDisposable
{
    private readonly TemporaryDirectory _copy = WorkspaceCopy.Of("pkgs/debian");
    private readonly SharedSession _session;
    private readonly Terminal _terminal = new(TextWriter.Null, TextWriter.Null, false, false, 80);

    public ImageVerificationTests()
    {
        _copy.Write(".buildit-config.yaml", "recipes: [./pkgs]\n");
        _copy.Write("small/files/motd", Guid.NewGuid().ToString());
        _copy.Write("small/container.yaml", "- vars: {name: small, version: 1}\n- sync: {src: files/, dest: /etc/, recursive: true}\n- image: {type: aci, compression: none}\n- image: {type: oci, tag: 'small:1', compression: none}\n");
        _session = new(_copy);
    }

    [Fact]
    public async Task An_image_that_was_never_written_is_compared_with_a_second_one() =>
        Assert.All(await VerifyAsync(Read()), v => Assert.True(v.IsIdentical));

    [Fact]
    public async Task An_image_that_was_written_differently_is_told_with_the_member_that_differs()
    {
        var composition = Read();
        var step = composition.Container.Steps.OfType<Step.Image>().First();
        var path = composition.PathOf(step, Path.Combine(_copy, "out"));
        var root = await composition.ComposeAsync(_session.Session, new(), CancellationToken.None);
        var written = await new ImageWriter(null!).WriteAsync(composition.Container, step, root, null, path, CancellationToken.None);
        var bytes = await File.ReadAllBytesAsync(path);
        var motd = await File.ReadAllBytesAsync(Path.Combine(_copy, "small/files/motd"));
        bytes[bytes.AsSpan().IndexOf(motd)] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        _session.Session.Store.Index.AddImage(composition.KeyOf(step, null).Digest, WrittenImage.OfFile(Digest.Of(bytes), path).Print());

        var verdict = (await VerifyAsync(composition))[0];
        Assert.False(verdict.IsIdentical);
        Assert.Equal((Digest.Of(bytes), written.Digest), (verdict.Expected!.Value, verdict.Actual));
        var place = Assert.Single(verdict.Places);
        Assert.Equal<string>(["rootfs/etc/motd"], place.Within);
        Assert.Equal(0, place.Offset);
    }

    public void Dispose()
    {
        _session.Dispose();
        _copy.Dispose();
    }

    private Composition Read()
    {
        var target = new Target.ContainerDirectory { Written = "small", Path = Path.Combine(_copy, "small") };
        var inputs = ContainerInputs.Read(_session.Session, target);
        return new(inputs.Container, inputs.Files, []);
    }

    private Task<IReadOnlyList<ImageVerdict>> VerifyAsync(Composition composition) =>
        new ImageVerification(_session.Session, _terminal, Path.Combine(_copy, "out")).RunAsync(composition, CancellationToken.None);
}
