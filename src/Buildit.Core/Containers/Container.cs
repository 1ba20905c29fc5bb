using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Licenses;

namespace Buildit.Core.Containers;

/// <summary>A <c>container.yaml</c>: steps in order, templates already filled in. See docs/containers.md.</summary>
public sealed record Container
{
    /// <summary>The file, for messages.</summary>
    public required SourceText Text { get; init; }

    /// <summary>Directory of the file: embedded packages and <c>files/</c> are found from here.</summary>
    public required string Directory { get; init; }

    /// <summary>The var <c>name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The var <c>version</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The var <c>author</c>, if any.</summary>
    public string? Author { get; init; }

    /// <summary>The vars <c>os</c> and <c>arch</c>.</summary>
    public Platform Platform { get; init; } = Platform.LinuxAmd64;

    /// <summary>All vars, in <c>{{ var }}</c> form usable in templates.</summary>
    public required ImmutableSortedDictionary<string, string> Vars { get; init; }

    /// <summary>In the order written.</summary>
    public required ImmutableArray<Step> Steps { get; init; }

    /// <summary>The images that its images stand on, each once.</summary>
    public IEnumerable<ImageBase> Bases => Steps.OfType<Step.Image>().Select(i => i.Base).OfType<ImageBase>().DistinctBy(b => b.Reference.Value);

    /// <summary>Packages that are left out of what its packages need at run time, and where each is named.</summary>
    public IReadOnlyDictionary<string, SourceSpan> Excluded =>
        Steps.OfType<Step.Exclude>().SelectMany(s => s.Packages).DistinctBy(p => p.Value).ToDictionary(p => p.Value, p => p.Span, StringComparer.Ordinal);

    /// <summary><c>author/name-version</c>, as the console shows it.</summary>
    public string DisplayName => (Author is { Length: > 0 } ? Author + "/" : "") + Name + "-" + Version;
}

/// <summary>One step of a container.</summary>
public abstract record Step
{
    private Step()
    {
    }

    /// <summary>Where it is written.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>A recipe in the container's own directory.</summary>
    public sealed record EmbeddedPackage(Spanned<string> Path) : Step;

    /// <summary>A package from the recipe trees or the distribution, by atom.</summary>
    public sealed record NamedPackage(Spanned<string> Name) : Step;

    /// <summary>Packages, by name without version, that stay out of the image though others need them, with what only they need.</summary>
    public sealed record Exclude(ImmutableArray<Spanned<string>> Packages) : Step;

    /// <summary>Copies local files into the image, as rsync's users expect it (a trailing slash of the source means "its content").</summary>
    public sealed record Sync(Spanned<string> Source, string Destination) : Step
    {
        /// <summary>Needed for directories.</summary>
        public bool Recursive { get; init; }

        /// <summary>Octal mode of the files (directories get the x bits that go with its r bits); null = 0644, or 0755 for executables.</summary>
        public int? Mode { get; init; }

        /// <summary>Owner and group by name (of an <c>accounts</c> step, or root) or number.</summary>
        public Spanned<string>? Owner { get; init; }

        /// <summary>Whether <c>{{ var }}</c> is filled in in the files' text.</summary>
        public bool Template { get; init; }
    }

    /// <summary>Makes a directory.</summary>
    public sealed record Directory(string Path) : Step
    {
        /// <summary>Octal mode, 0755 by default.</summary>
        public int Mode { get; init; } = 0x1ED;

        /// <summary>Owner and group by name or number.</summary>
        public Spanned<string>? Owner { get; init; }
    }

    /// <summary>Makes a symbolic link.</summary>
    public sealed record Symlink(string Path, string Target) : Step;

    /// <summary>Users and groups, written to /etc/passwd and /etc/group.</summary>
    public sealed record Accounts(ImmutableArray<User> Users, ImmutableArray<Group> Groups) : Step;

    /// <summary>A command that must behave as expected in the finished root.</summary>
    public sealed record Test(ImmutableArray<string> Command, int ExitCode, string? Stdout, string? Stderr) : Step;

    /// <summary>Which licenses the packages of the images may have.</summary>
    public sealed record Licenses(LicensePolicy Policy) : Step
    {
        /// <summary>By package: what a person found its license to be, where the package does not say it, or says too much.</summary>
        public ImmutableSortedDictionary<string, Spanned<LicenseExpression>> Concluded { get; init; } = ImmutableSortedDictionary<string, Spanned<LicenseExpression>>.Empty.WithComparers(StringComparer.Ordinal);
    }

    /// <summary>A file of tests in the format of container-structure-test.</summary>
    public sealed record TestFile(Spanned<string> Path) : Step;

    /// <summary>An image to write.</summary>
    public sealed record Image(ImageFormat Format) : Step
    {
        /// <summary>ACI: the image manifest as JSON text, templates filled in; the other keys add to it. Null = made from the other keys alone.</summary>
        public BlockText? Content { get; init; }

        /// <summary>ACI: members of the manifest's <c>app</c> that no setting stands for, as the step's keys say them.</summary>
        public PlacedValue.Map? App { get; init; }

        /// <summary>ACI: whether each package output is an ACI of its own, on which the image depends.</summary>
        public bool Split { get; init; }

        /// <summary>Reference within an OCI layout (<c>org.opencontainers.image.ref.name</c>) or a docker archive (<c>RepoTags</c>).</summary>
        public string? Tag { get; init; }

        /// <summary>OCI: <c>layout</c> or <c>archive</c>.</summary>
        public bool Archive { get; init; }

        /// <summary><c>gzip</c>, <c>zstd</c> or <c>none</c>: of an ACI's file, of an OCI image's layers.</summary>
        public string Compression { get; init; } = "none";

        /// <summary>Most layers an OCI image or a docker archive may have.</summary>
        public int MaxLayers { get; init; } = 64;

        /// <summary>OCI: the image that it stands on, if any.</summary>
        public ImageBase? Base { get; init; }

        /// <summary>Where the bill of materials goes.</summary>
        public SbomPlace Sbom { get; init; } = SbomPlace.Referrer;

        /// <summary>What an instance runs, and how.</summary>
        public ImageSettings Settings { get; init; } = new();
    }
}

/// <summary>A user account.</summary>
public sealed record User(string Name, int Uid, int Gid, string Home, string Shell, string Gecos);

/// <summary>A group.</summary>
public sealed record Group(string Name, int Gid);

/// <summary>What an instance of an image runs, and how: the OCI image configuration's <c>config</c> in our words.</summary>
public sealed record ImageSettings
{
    /// <summary>Command that is always run.</summary>
    public ImmutableArray<string> Entrypoint { get; init; } = [];

    /// <summary>Arguments that a person can replace.</summary>
    public ImmutableArray<string> Cmd { get; init; } = [];

    /// <summary>Environment, in the order written.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Ports as <c>80</c> or <c>53/udp</c>.</summary>
    public ImmutableArray<string> Expose { get; init; } = [];

    /// <summary>Directories for data that outlives an instance.</summary>
    public ImmutableArray<string> Volumes { get; init; } = [];

    /// <summary>User (and group) by name or number.</summary>
    public string? User { get; init; }

    /// <summary>Directory to start in.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Signal that stops an instance, for example <c>SIGQUIT</c>.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Labels (OCI) or annotations (ACI).</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);
}
