namespace Buildit.Testing;

/// <summary>Places of this checkout.</summary>
public static class Repository
{
    /// <summary>The checkout's top directory: the one with global.json, from the test assembly upwards.</summary>
    public static string Root { get; } = Find();

    /// <summary>
    /// The store that tests share, so that the toolchain is imported once for all of them and kept for the next run. Locks make it safe for several at once.
    /// A test that breaks a store makes one of its own.
    /// </summary>
    public static string SharedStore { get; } = Path.Combine(Root, "artifacts", "test-store");

    private static string Find()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "global.json")))
        {
            directory = Path.GetDirectoryName(directory.TrimEnd('/')) ?? throw new InvalidOperationException("the tests are not run from a checkout");
        }

        return directory.TrimEnd('/');
    }
}
