using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trust;

namespace Buildit.Store.Trust;

/// <summary>
/// A user's keys: <c>keys/NAME.key</c> (private, for its owner only) with <c>keys/NAME.pub</c> beside it, and below <c>trust/</c> a directory for each binhost
/// with the public keys that were accepted for it, and a file <c>place</c> that says which binhost it is.
/// </summary>
/// <param name="home">The user's configuration directory of buildit.</param>
public sealed class KeyDirectory(string home)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Name of the key that signs unless another one is asked for.</summary>
    public const string DefaultName = "default";

    /// <summary>Where the user's own keys are.</summary>
    public string Keys { get; } = Path.Combine(home, "keys");

    private string Trusted { get; } = Path.Combine(home, "trust");

    /// <summary>Writes a new pair of files; throws if there is one of that name.</summary>
    public static void Save(SigningKey key, string directory, string name)
    {
        var (secret, known) = (Path.Combine(directory, name + ".key"), Path.Combine(directory, name + ".pub"));
        if (new[] { secret, known }.FirstOrDefault(File.Exists) is { } taken)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{taken}' is there already", "keys are never overwritten: give the new one another name with --name");
        }

        Directory.CreateDirectory(directory, OwnerDirectory);
        // Readable for its owner only from its first byte on.
        using (var file = new FileStream(secret, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        using (var writer = new StreamWriter(file))
        {
            writer.Write(key.PrintPrivate());
        }

        File.WriteAllText(known, key.Public.Print());
    }

    /// <summary>The signing key with a name, or in a file; null if the default one is asked for and there is none.</summary>
    public SigningKey? Open(string? nameOrFile)
    {
        var path = nameOrFile?.Contains('/', StringComparison.Ordinal) == true ? nameOrFile : Path.Combine(Keys, (nameOrFile ?? DefaultName) + ".key");
        if (!File.Exists(path))
        {
            return nameOrFile is null ? null : throw new BuilditException(ExitCode.InvalidInput, $"there is no key '{path}'", "'buildit key list' shows those that are there, 'buildit key new' makes one");
        }

        if ((File.GetUnixFileMode(path) & ~OwnerDirectory) != 0)
        {
            throw new BuilditException(ExitCode.TrustRefused, $"the private key '{path}' can be read by others", $"chmod 600 '{path}'; and if others had time to read it, make a new one");
        }

        var known = Path.ChangeExtension(path, ".pub");
        return SigningKey.Parse(File.ReadAllText(path), File.Exists(known) ? PublicKey.Parse(File.ReadAllText(known)) : null)
            ?? throw new BuilditException(ExitCode.InvalidInput, $"'{path}' is not a private ECDSA key on P-256 in PEM", "'buildit key new' makes one");
    }

    /// <summary>The user's own public keys, by file name.</summary>
    public ImmutableSortedDictionary<string, PublicKey> Own() => Read(Keys);

    /// <summary>The keys that were accepted for a place.</summary>
    public ImmutableArray<PublicKey> TrustedFor(string place) => [.. Read(DirectoryOf(place)).Values];

    /// <summary>All places that keys were accepted for, with the keys.</summary>
    public ImmutableArray<(string Place, PublicKey Key)> AllTrusted() => !Directory.Exists(Trusted)
        ? []
        : [.. Directory.EnumerateDirectories(Trusted).Order(StringComparer.Ordinal).SelectMany(d => Read(d).Values.Select(k => (PlaceOf(d), k)))];

    /// <summary>Accepts a key for a place, in the form in which it is given.</summary>
    public void Trust(string place, PublicKey key)
    {
        var directory = DirectoryOf(place);
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "place"), place + "\n");
        File.WriteAllText(Path.Combine(directory, key.Id.Hex + ".pub"), key.Print());
    }

    private string DirectoryOf(string place) => Path.Combine(Trusted, Digest.Of(place.TrimEnd('/')).Hex[..16]);

    private static string PlaceOf(string directory) => File.Exists(Path.Combine(directory, "place")) ? File.ReadAllText(Path.Combine(directory, "place")).Trim() : "?";

    private static ImmutableSortedDictionary<string, PublicKey> Read(string directory) => !Directory.Exists(directory)
        ? ImmutableSortedDictionary<string, PublicKey>.Empty
        : Directory.EnumerateFiles(directory, "*.pub").Select(f => (Name: Path.GetFileNameWithoutExtension(f), Key: PublicKey.Parse(File.ReadAllText(f))))
            .Where(k => k.Key is not null).ToImmutableSortedDictionary(k => k.Name, k => k.Key!, StringComparer.Ordinal);
}
