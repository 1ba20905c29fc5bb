using Buildit.Core;

namespace Buildit.Store;

/// <summary>Where things are in a store. See docs/architecture.md, "Store, on disk".</summary>
public sealed record StorePaths(string Root)
{
    /// <summary>Content by digest: records, preimages, logs, sources, .debs, compressed layers.</summary>
    public string Blobs => Path.Combine(Root, "blobs", "sha256");

    /// <summary>Unpacked outputs by diffID, read-only; beside each its <c>.tree</c>.</summary>
    public string Trees => Path.Combine(Root, "trees");

    /// <summary>Composed roots by key: a cache.</summary>
    public string Roots => Path.Combine(Root, "roots");

    /// <summary>Builds in progress and kept failures.</summary>
    public string Work => Path.Combine(Root, "work");

    /// <summary>Resumable downloads.</summary>
    public string Partial => Path.Combine(Root, "partial");

    /// <summary>Files that say who works on what.</summary>
    public string Locks => Path.Combine(Root, "locks");

    /// <summary>What is remembered of workspaces, so that their files need not be read again: a cache.</summary>
    public string Graphs => Path.Combine(Root, "graphs");

    /// <summary>Logs of builds by recipe key, the newest of each.</summary>
    public string Logs => Path.Combine(Root, "logs");

    /// <summary>Compressed layers that are there already.</summary>
    public string Layers => Path.Combine(Root, "layers");

    /// <summary>What binhosts said of their catalogs: a cache.</summary>
    public string Binhosts => Path.Combine(Root, "binhosts");

    /// <summary>Bare repositories with fetched commits: a cache.</summary>
    public string Git => Path.Combine(Root, "git");

    /// <summary>The SQLite index; can be rebuilt from the files.</summary>
    public string Index => Path.Combine(Root, "index.db");

    /// <summary>A blob's file.</summary>
    public string Blob(Digest digest) => Path.Combine(Blobs, digest.Hex);

    /// <summary>A tree's directory.</summary>
    public string Tree(Digest diffId) => Path.Combine(Trees, diffId.Hex);

    /// <summary>A tree's entries as text.</summary>
    public string TreeManifest(Digest diffId) => Path.Combine(Trees, diffId.Hex + ".tree");
}
