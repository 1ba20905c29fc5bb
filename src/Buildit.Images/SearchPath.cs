namespace Buildit.Images;

/// <summary>Where programs of an image are looked for.</summary>
public static class SearchPath
{
    /// <summary>Value of <c>PATH</c> if nobody says it.</summary>
    public const string Usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}
