using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Instances;
using Buildit.Core.Trees;
using Buildit.Images;
using Buildit.Images.Instances;
using Buildit.Images.Reading;

namespace Buildit.Cli.Instances;

/// <summary>Decides what an instance is, out of what the image says and what a person asked for. The least that works is what is not asked about.</summary>
internal static class InstancePlan
{
    private const int FirstOrdinaryPort = 1024;

    /// <summary>Makes it; throws if the image cannot be run so.</summary>
    /// <param name="request">What a person asked for.</param>
    /// <param name="image">The image.</param>
    /// <param name="ids">Who its users are on this machine.</param>
    /// <param name="note">Is told what a person might not expect.</param>
    public static Instance Make(RunRequest request, UsableImage image, IdMap ids, Action<string> note)
    {
        var user = UserOf(request, image, ids, note);
        var environment = EnvironmentOf(request, image, user);
        return new()
        {
            Command = CommandOf(request, image, environment),
            Environment = environment,
            WorkingDirectory = image.Settings.WorkingDirectory ?? "/",
            User = user,
            IsPrivileged = user.IsRoot && request.User is not null,
            IsWritable = request.IsWritable,
            HasLowPorts = request.Ports.Select(p => p.Port).Concat(image.Settings.Expose.Select(PortOf)).Any(p => p < FirstOrdinaryPort),
            Scratch = ScratchOf(request, image, user),
            Mounts = request.Mounts,
            Limits = request.Limits,
            Ids = ids,
        };
    }

    private static InstanceUser UserOf(RunRequest request, UsableImage image, IdMap ids, Action<string> note)
    {
        var user = (request.User ?? image.Settings.User) is { } written ? InstanceUser.Find(written, image) : InstanceUser.Nobody;
        if (request.User is null && user.IsRoot)
        {
            note("the image wants to be run as root, and is run as user 65534 (nobody); '--user root' gives it what it wants");
            user = InstanceUser.Nobody;
        }

        if (!user.IsRoot && ids.IsRootAlone)
        {
            note(string.Create(CultureInfo.InvariantCulture, $"there is no user {user.Uid} for you on this machine: it is run as you, who are user 0 inside, without any capability{(request.IsWritable ? "" : " (newuidmap and a line for you in /etc/subuid and /etc/subgid would give you users)")}"));
            return user with { Uid = 0, Gid = 0, Groups = [] };
        }

        return user;
    }

    private static ImmutableArray<KeyValuePair<string, string>> EnvironmentOf(RunRequest request, UsableImage image, InstanceUser user)
    {
        var variables = new List<KeyValuePair<string, string>> { new("PATH", SearchPath.Usual), new("HOME", user.Home) };
        foreach (var (name, value) in image.Settings.Environment.Concat(request.Environment))
        {
            variables.RemoveAll(v => v.Key == name);
            variables.Add(new(name, value));
        }

        return [.. variables];
    }

    /// <summary>As other tools take it: what is given stands for the default arguments, and the entry point stays; a given entry point takes the default arguments with it.</summary>
    private static ImmutableArray<string> CommandOf(RunRequest request, UsableImage image, ImmutableArray<KeyValuePair<string, string>> environment)
    {
        ImmutableArray<string> entrypoint = request.Entrypoint is { } given ? given.Length == 0 ? [] : [given] : image.Settings.Entrypoint;
        ImmutableArray<string> command = [.. entrypoint, .. request.Arguments.IsEmpty && request.Entrypoint is null ? image.Settings.Cmd : request.Arguments];
        if (command.IsEmpty)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{request.Image}' does not say what to run", "write it after the image: -- /bin/program argument");
        }

        var path = environment.Last(e => e.Key == "PATH").Value;
        IEnumerable<string> places = command[0].Contains('/', StringComparison.Ordinal) ? [command[0]] : path.Split(':').Select(d => d + "/" + command[0]);
        return places.Any(p => !p.StartsWith('/') || image.Resolve(p) is { Entry.Kind: not EntryKind.Directory }) || request.Mounts.Any(m => places.Any(p => p.StartsWith(m.Inside, StringComparison.Ordinal)))
            ? command
            : throw new BuilditException(
                ExitCode.InvalidInput,
                $"the image has no program '{command[0]}'",
                request.Arguments.IsEmpty || !image.Settings.Entrypoint.IsEmpty ? "what is written after '--' are arguments of the image's entry point; '--entrypoint PROGRAM' replaces that" : $"it is looked for in {path}");
    }

    private static ImmutableArray<ScratchDirectory> ScratchOf(RunRequest request, UsableImage image, InstanceUser user)
    {
        var scratch = new SortedDictionary<string, ScratchDirectory>(StringComparer.Ordinal)
        {
            ["/tmp"] = new("/tmp", 0x3FF, 0, 0),
            ["/run"] = new("/run", 0x1ED, user.Uid, user.Gid),
        };
        foreach (var volume in request.IsWritable ? [] : image.Settings.Volumes)
        {
            scratch[volume] = image.Find(volume) is { } directory ? Of(directory.Entry) : new(volume, 0x1ED, user.Uid, user.Gid);
        }

        foreach (var directory in image.WritableDirectories().Where(d => !request.IsWritable || scratch.ContainsKey("/" + d.Path)))
        {
            scratch["/" + directory.Path] = Of(directory);
        }

        return [.. scratch.Values];

        static ScratchDirectory Of(TreeEntry entry) => new("/" + entry.Path, entry.Mode, entry.Uid, entry.Gid);
    }

    private static int PortOf(string exposed) => int.TryParse(exposed.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : FirstOrdinaryPort;
}
