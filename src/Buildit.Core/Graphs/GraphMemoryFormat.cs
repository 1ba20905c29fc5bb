using System.Collections.Immutable;
using System.Text;
using Buildit.Core.Keys;

namespace Buildit.Core.Graphs;

/// <summary>A <see cref="GraphMemory"/> as bytes: packages sorted by name, and a digest of all at the end, since a file may be damaged.</summary>
public static class GraphMemoryFormat
{
    private const string Magic = "buildit graph 3";

    /// <summary>Equal memories give equal bytes.</summary>
    public static byte[] Write(GraphMemory memory)
    {
        using var stream = new MemoryStream();
        using (var w = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            w.Write(Magic);
            w.Write(memory.Packages.Count);
            foreach (var (name, package) in memory.Packages.OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                w.Write(name);
                Write(w, package);
            }
        }

        var bytes = stream.ToArray();
        return [.. bytes, .. Bytes(Digest.Of(bytes))];
    }

    /// <summary>Reads what <see cref="Write(GraphMemory)"/> gave; null for anything else.</summary>
    public static GraphMemory? Read(byte[] bytes)
    {
        if (bytes.Length < Digest.Size || Digest.Of(bytes.AsSpan(..^Digest.Size)) != Digest.FromHash(bytes.AsSpan(^Digest.Size..)))
        {
            return null;
        }

        using var r = new BinaryReader(new MemoryStream(bytes, writable: false), Encoding.UTF8);
        if (r.ReadString() != Magic)
        {
            return null;
        }

        var packages = new KeyValuePair<string, RememberedPackage>[r.ReadInt32()];
        for (var i = 0; i < packages.Length; i++)
        {
            packages[i] = new(r.ReadString(), ReadPackage(r));
        }

        return new(packages);
    }

    private static void Write(BinaryWriter w, RememberedPackage p)
    {
        w.Write(p.IsGroup);
        w.Write(p.Name);
        w.Write(p.Version);
        w.Write(Bytes(p.Key.Digest));
        w.Write(p.Roles.Length);
        foreach (var names in p.Roles)
        {
            Write(w, names);
        }

        Write(w, p.Replaces);
        w.Write(p.RemoteFiles.Length);
        foreach (var file in p.RemoteFiles)
        {
            w.Write(file.Name);
            w.Write(!file.Digest.IsEmpty);
            if (!file.Digest.IsEmpty)
            {
                w.Write(Bytes(file.Digest));
            }

            Write(w, file.Addresses);
            w.Write(file.HasMirrors);
        }

        w.Write(Bytes(p.DependencyKeys));
        w.Write(p.Inputs.Length);
        foreach (var (path, stamp) in p.Inputs)
        {
            w.Write(path);
            w.Write(stamp.Modified);
            w.Write(stamp.Changed);
            w.Write(stamp.Size);
            w.Write(stamp.Inode);
        }
    }

    private static void Write(BinaryWriter w, ImmutableArray<string> names)
    {
        w.Write(names.Length);
        foreach (var name in names)
        {
            w.Write(name);
        }
    }

    // In the order in which it was written.
    private static RememberedPackage ReadPackage(BinaryReader r) => new()
    {
        IsGroup = r.ReadBoolean(),
        Name = r.ReadString(),
        Version = r.ReadString(),
        Key = new(ReadDigest(r)),
        Roles = ReadAll(r, ReadNames),
        Replaces = ReadNames(r),
        RemoteFiles = ReadAll(r, static r => new RemoteFile(r.ReadString(), r.ReadBoolean() ? ReadDigest(r) : default, ReadNames(r), r.ReadBoolean())),
        DependencyKeys = ReadDigest(r),
        Inputs = ReadAll(r, static r => new RememberedInput(r.ReadString(), new(r.ReadInt64(), r.ReadInt64(), r.ReadInt64(), r.ReadInt64()))),
    };

    private static ImmutableArray<string> ReadNames(BinaryReader r) => ReadAll(r, static r => r.ReadString());

    private static ImmutableArray<T> ReadAll<T>(BinaryReader r, Func<BinaryReader, T> read)
    {
        var items = new T[r.ReadInt32()];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = read(r);
        }

        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(items);
    }

    private static Digest ReadDigest(BinaryReader r)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        r.BaseStream.ReadExactly(bytes);
        return Digest.FromHash(bytes);
    }

    private static byte[] Bytes(Digest digest)
    {
        var bytes = new byte[Digest.Size];
        digest.CopyTo(bytes);
        return bytes;
    }
}
