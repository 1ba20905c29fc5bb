using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images;
using Buildit.Images.Aci;
using Buildit.Images.ContainerLayers;

namespace Buildit.Cli.Building;

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
            if (image.Format == ImageFormat.Aci)
            {
                // Its date is not known yet, and any is legal.
                AciManifest.Make(container, image, 0, bag);
            }
            else
            {
                ExposedPort.ParseAll(image.Settings.Expose, image.Span, bag);
            }

            CheckUser(container, image, bag);
        }

        foreach (var twice in images.GroupBy(i => i.Format).Where(g => g.Count() > 1).Select(g => g.Last()))
        {
            bag.Error(twice.Span, $"there are two image steps of type '{twice.Format.Name()}'", "they would be written to one file");
        }
    }

    /// <summary>A name must be an account of the container, unless its own /etc/passwd comes with a sync.</summary>
    private static void CheckUser(Container container, Step.Image image, DiagnosticBag bag)
    {
        var name = image.Settings.User?.Split(':')[0];
        var bringsAccounts = container.Steps.OfType<Step.Sync>().Any(s => s.Destination.TrimEnd('/') is "" or "/etc" or "/etc/passwd");
        if (string.IsNullOrEmpty(name) || name == "root" || name.All(char.IsAsciiDigit) || bringsAccounts)
        {
            return;
        }

        // Mistakes in the accounts themselves are told where the container layer is made.
        if (AccountTable.From(container, new()).FindUser(name) is null)
        {
            bag.Error(image.Span, $"the image's user '{name}' is no account of the container", "declare it in an 'accounts' step, or give its number");
        }
    }
}
