using Buildit.Build.Actions;
using Buildit.Build.Workspaces;
using Buildit.Core.Graphs;
using Buildit.Store;

namespace Buildit.Build.Engine;

/// <summary>The directories of one build: what it reads (src), works in (build) and gives (out).</summary>
public sealed record BuildWork(string Directory)
{
    /// <summary>Mounted read-only at /src.</summary>
    public string Source => Path.Combine(Directory, "src");

    /// <summary>Mounted at /build.</summary>
    public string Build => Path.Combine(Directory, "build");

    /// <summary>Mounted at /out.</summary>
    public string Out => Path.Combine(Directory, "out");

    /// <summary>Where outputs are sorted into.</summary>
    public string Outputs => Path.Combine(Directory, "outputs");

    /// <summary>An /etc of its own, where the conditions want one.</summary>
    public string Etc => Path.Combine(Directory, "etc");

    /// <summary>What the install phase installed.</summary>
    public string Installed => Path.Combine(Out, "root");

    /// <summary>Written by the last phase.</summary>
    public string Manifest => Path.Combine(Out, "manifest");

    /// <summary>Lines "phase NAME", "patch NAME", "done".</summary>
    public string Status => Path.Combine(Out, "status");

    /// <summary>Puts everything in place that the action reads.</summary>
    public void Prepare(ResolvedRecipe recipe, BuildInputs inputs, BuildConditions conditions)
    {
        // For its owner only: what a build of root makes setuid inside belongs to root outside.
        System.IO.Directory.CreateDirectory(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var directory in new[] { Build, Out, Outputs, Path.Combine(Source, "sources"), Path.Combine(Source, "patches"), Path.Combine(Source, "phases"), Path.Combine(Source, "files") })
        {
            System.IO.Directory.CreateDirectory(directory);
        }

        foreach (var (path, text) in BuildScript.Files(recipe, conditions))
        {
            File.WriteAllText(Path.Combine(Source, path), text);
        }

        for (var i = 0; i < inputs.Sources.Length; i++)
        {
            Put(inputs.Sources[i].Path, Path.Combine(Source, "sources", BuildScript.SourceFile(i)));
        }

        for (var i = 0; i < inputs.Patches.Length; i++)
        {
            PutPatch(recipe.Patches[i], inputs.Patches[i], Path.Combine(Source, "patches", BuildScript.PatchFile(i + 1, recipe.Patches[i])));
        }

        foreach (var file in recipe.HelperFiles)
        {
            var place = Path.Combine(Source, "files", file.Path);
            LocalFile.Copy(file.LocalPath, place, file.Digest);
            File.SetUnixFileMode(place, file.Executable ? (UnixFileMode)0x1ED : (UnixFileMode)0x1A4);
        }
    }

    /// <summary>Removes all of it.</summary>
    public void Delete() => WorkDirectory.TryDelete(Directory);

    // A fetched patch is a blob of the store; one of the workspace may be edited while it is used.
    private static void PutPatch(ResolvedPatch patch, string file, string place)
    {
        if (patch.LocalPath is null)
        {
            Put(file, place);
        }
        else
        {
            LocalFile.Copy(file, place, patch.Digest);
        }
    }

    private static void Put(string file, string place)
    {
        if (!Store.Native.HardLink.TryCreate(file, place))
        {
            File.Copy(file, place);
        }
    }
}
