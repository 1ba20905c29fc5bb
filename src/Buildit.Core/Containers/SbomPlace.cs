namespace Buildit.Core.Containers;

/// <summary>Where an image's bill of materials goes.</summary>
public enum SbomPlace
{
    /// <summary>Nowhere; <c>buildit sbom</c> prints it all the same.</summary>
    Off,

    /// <summary>Beside the image: it is attached when the image is pushed to a registry, and nothing of it is in the image.</summary>
    Referrer,

    /// <summary>Into the image, where scanners look; and beside it.</summary>
    Files,
}
