namespace Buildit.Store.Files;

/// <summary>Finds a file where a directory is wanted.</summary>
public static class FileInTheWay
{
    /// <summary>The file that stands where a directory, or one that it is in, has to be; null if there is none.</summary>
    public static string? Of(string directory)
    {
        for (var place = directory.TrimEnd('/'); !string.IsNullOrEmpty(place); place = Path.GetDirectoryName(place))
        {
            if (File.Exists(place))
            {
                return place;
            }
        }

        return null;
    }
}
