namespace Buildit.Core.Keys;

/// <summary>Digest of everything that is declared about a package and, recursively, about what it is built from. Known before anything is built.</summary>
public readonly record struct RecipeKey(Digest Digest)
{
    /// <summary>The form that people see, called HASH: the first 128 bits as a UUID of version 8 (RFC 9562, section 5.8).</summary>
    public string Uuid
    {
        get
        {
            var h = Digest.Hex.ToCharArray(0, 32);
            h[12] = '8';
            h[16] = "89ab"[Convert.ToInt32(h[16].ToString(), 16) & 3];
            var s = new string(h);
            return $"{s[..8]}-{s[8..12]}-{s[12..16]}-{s[16..20]}-{s[20..]}";
        }
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => Digest.Hex;
}

/// <summary>Digest of an action with its dependencies replaced by what they really gave. Known when they are there; equal build keys give early cutoff.</summary>
public readonly record struct BuildKey(Digest Digest)
{
    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => Digest.Hex;
}
