using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Images.Reading;

namespace Buildit.Cli.Registries;

/// <summary>Pushes one image to registries: an OCI layout that somebody wrote, or that of a container, which is built first.</summary>
/// <param name="terminal">What a person sees.</param>
/// <param name="verbs">Names of all commands.</param>
internal sealed class ImagePushRun(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    /// <summary>Does it; gives the exit code.</summary>
    /// <param name="start">Absolute directory that paths count from.</param>
    /// <param name="words">The image, and addresses in registries.</param>
    /// <param name="output">Absolute directory where images of containers are written.</param>
    /// <param name="key">Who signs.</param>
    /// <param name="bare">Whether the image goes alone.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<int> RunAsync(string start, string[] words, string output, string? key, bool bare, CancellationToken cancel)
    {
        string[] images = [.. words.Where(w => !RegistryAddress.IsOne(w))];
        if (images is not [var image])
        {
            throw new BuilditException(
                ExitCode.InvalidInput,
                images.Length == 0 ? "nothing to push: no IMAGE is given beside its destination" : $"one image is pushed to a registry at a time, not {images.Length}",
                "buildit push IMAGE oci://HOST/REPOSITORY:TAG, where IMAGE is a container's directory, or an OCI layout: a directory, or an .oci.tar");
        }

        var destinations = new ImageDestinations(RegistryChoice.ToPush(words.Where(RegistryAddress.IsOne)), key, bare);
        var path = Path.GetFullPath(image, start);
        if (!File.Exists(path) && !ImageReader.IsLayout(path))
        {
            return await new BuildRun(terminal, verbs).RunAsync(new(start, [image], output, [ImageFormat.Oci], null, LookupPolicy.Free, new()) { Publish = destinations }, cancel);
        }

        using var session = new Session(Workspace.Find(start, start, terminal), new(), static _ => { });
        using var publishing = new ImagePublishing(session, terminal, destinations);
        await publishing.FileAsync(path, null, [], cancel);
        return (int)ExitCode.Ok;
    }
}
