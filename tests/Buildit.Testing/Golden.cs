namespace Buildit.Testing;

/// <summary>Compares with a file that is checked in; <c>BUILDIT_ACCEPT=1</c> rewrites it instead.</summary>
public static class Golden
{
    /// <param name="path">Relative to the checkout's top directory.</param>
    /// <param name="actual">What the file should hold.</param>
    public static void Check(string path, string actual)
    {
        var file = Path.Combine(Repository.Root, path);
        if (Environment.GetEnvironmentVariable("BUILDIT_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
            return;
        }

        var expected = File.Exists(file) ? File.ReadAllText(file) : "";
        if (expected != actual)
        {
            throw new InvalidOperationException($"'{path}' is not as checked in; if that is right, run the tests once with BUILDIT_ACCEPT=1 and say why in the commit.\n--- expected\n{expected}\n--- actual\n{actual}");
        }
    }
}
