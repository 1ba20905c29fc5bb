using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images;
using Buildit.Images.Aci;

namespace Buildit.Cli;

/// <summary>What can be wrong in image steps and is known before anything is built.</summary>
internal static class ImageChecks
{
    public static void Run(Container container, DiagnosticBag bag)
    {
        var images = container.Steps.OfType<Step.Image>().ToArray();
        if (images.Length == 0)
        {
            bag.Error(new SourceSpan(container.Text, 1, 1), "the container has no 'image' step, so there is nothing to write", "add one, for example '- image: {type: oci}'");
        }

        foreach (var image in images)
        {
            if (image is { Format: ImageFormat.Aci, Content: { } content })
            {
                AciManifest.Check(content, bag);
            }

            ExposedPort.ParseAll(image.Settings.Expose, image.Span, bag);
        }

        foreach (var twice in images.GroupBy(i => i.Format).Where(g => g.Count() > 1).Select(g => g.Last()))
        {
            bag.Error(twice.Span, $"there are two image steps of type '{twice.Format.ToString().ToLowerInvariant()}'", "they would be written to one file");
        }
    }
}
