namespace Buildit.Images.Tests;

/// <summary>Compares with a file under tests/Buildit.Images.Tests/golden; BUILDIT_ACCEPT=1 writes it instead.</summary>
public static class Golden
{
    private static readonly string Directory = Path.Combine(Root(), "tests", "Buildit.Images.Tests", "golden");

    public static void Check(string name, string actual)
    {
        var path = Path.Combine(Directory, name);
        if (Environment.GetEnvironmentVariable("BUILDIT_ACCEPT") == "1")
        {
            System.IO.Directory.CreateDirectory(Directory);
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"no golden file '{path}': run the test with BUILDIT_ACCEPT=1 and look at what it writes");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "global.json")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        return directory;
    }
}
