using System.Text.Json.Nodes;

namespace Buildit.Peers.Tests;

/// <summary>An image unpacked by umoci, whose <c>config.json</c> is edited as the container's README says, to be run by runc.</summary>
internal sealed class Bundle
{
    private readonly Judged _judged;
    private readonly string _name;
    private readonly JsonNode _config;

    public Bundle(Judged judged, JudgedImage image)
    {
        _judged = judged;
        _name = $"{image.Container}.running";
        judged.Unpack(image, _name);
        _config = JsonNode.Parse(File.ReadAllText(ConfigPath))!;
        _config["process"]!["terminal"] = false;
        if (!Peers.IsRoot)
        {
            MakeRootless();
        }
    }

    public JsonArray Arguments => _config["process"]!["args"]!.AsArray();

    private string ConfigPath => Path.Combine(_judged.Work, _name, "config.json");

    /// <summary>Replaces what is mounted for a declared volume.</summary>
    public void Mount(string destination, string type, string source, params string[] options)
    {
        var mount = _config["mounts"]!.AsArray().Single(m => (string?)m!["destination"] == destination)!;
        mount["type"] = type;
        mount["source"] = source;
        mount["options"] = new JsonArray([.. options.Select(o => JsonValue.Create(o))]);
    }

    /// <summary>Runs the container, and beside it lines of shell in which <c>$enter</c> is the way into its network.</summary>
    public PeerResult RunWith(string clients)
    {
        File.WriteAllText(ConfigPath, _config.ToJsonString());
        return _judged.Peers.Shell($"""
            trap 'runc --root /tmp/runc delete --force judged; cat log >&2' EXIT
            runc --root /tmp/runc run --detach --pid-file /tmp/pid --bundle {_name} judged > log 2>&1
            enter="nsenter --target $(cat /tmp/pid) --net{(Peers.IsRoot ? "" : " --user --preserve-credentials")}"
            {clients}
            """);
    }

    // One user is all that an ordinary user has: inside it is root. A network of its own as for root; the host's resolv.conf is not wanted.
    private void MakeRootless()
    {
        _config["process"]!["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 };
        _config["linux"]!["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "network" });
        var mounts = _config["mounts"]!.AsArray();
        mounts.Remove(mounts.Single(m => (string?)m!["destination"] == "/etc/resolv.conf"));
    }
}
