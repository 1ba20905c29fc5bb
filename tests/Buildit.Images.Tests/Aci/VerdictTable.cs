namespace Buildit.Images.Tests.Aci;

/// <summary>What Buildit.Images says to a manifest.</summary>
public enum Verdict
{
    /// <summary>Taken as it is.</summary>
    Good,

    /// <summary>Taken, corrected where needed, with a warning.</summary>
    Warned,

    /// <summary>Refused.</summary>
    Bad,
}

/// <summary>
/// What the reference implementation (actool 0.8.11 <c>validate</c>, run on each row) and buildit say. Where actool refuses, buildit refuses or corrects;
/// where actool lets pass what the specification forbids, buildit does too.
/// </summary>
public static class VerdictTable
{
    /// <summary>Title, manifest, whether actool takes it, what buildit says.</summary>
    public static TheoryData<string, string, bool, Verdict> Rows { get; } = Make();

    public static string Whole(string name = "\"a\"", string version = "\"0.8.11\"", string rest = "") =>
        $$"""{"acKind":"ImageManifest","acVersion":{{version}},"name":{{name}}{{(rest.Length > 0 ? "," + rest : "")}}}""";

    private static TheoryData<string, string, bool, Verdict> Make()
    {
        var rows = new TheoryData<string, string, bool, Verdict>();
        AddHeads(rows);
        AddLabels(rows);
        AddApps(rows);
        AddIsolators(rows);
        AddOthers(rows);
        return rows;
    }

    private static void AddHeads(TheoryData<string, string, bool, Verdict> rows)
    {
        rows.Add("least", Whole(), true, Verdict.Good);
        rows.Add("older minor version", Whole(version: "\"0.6.1\""), true, Verdict.Good);
        rows.Add("newer major version", Whole(version: "\"2.1.0\""), true, Verdict.Good);
        rows.Add("version 0.0.0", Whole(version: "\"0.0.0\""), false, Verdict.Bad);
        rows.Add("version of two numbers", Whole(version: "\"0.6\""), false, Verdict.Bad);
        rows.Add("version as number", Whole(version: "0.6"), false, Verdict.Bad);
        rows.Add("no version", """{"acKind":"ImageManifest","name":"a"}""", false, Verdict.Bad);
        rows.Add("kind of a pod", """{"acKind":"PodManifest","acVersion":"0.8.11","name":"a"}""", false, Verdict.Bad);
        rows.Add("no kind", """{"acVersion":"0.8.11","name":"a"}""", false, Verdict.Bad);
        rows.Add("no name", """{"acKind":"ImageManifest","acVersion":"0.8.11"}""", false, Verdict.Bad);
        rows.Add("empty", "", false, Verdict.Bad);
        rows.Add("list", "[]", false, Verdict.Bad);
        rows.Add("cut off", """{"acKind":"ImageManifest",""", false, Verdict.Bad);
        rows.Add("something after it", Whole() + "x", false, Verdict.Bad);
        rows.Add("comment", Whole() + "// x", false, Verdict.Bad);
        rows.Add("name with domain", Whole("\"example.com/nginx-1.2~rc1_x\""), true, Verdict.Good);
        rows.Add("name in upper case", Whole("\"Sysadmin42/nginx\""), false, Verdict.Warned);
        rows.Add("name with plus", Whole("\"g++\""), false, Verdict.Warned);
        rows.Add("name with edges", Whole("\"-nginx-\""), false, Verdict.Warned);
        rows.Add("name with two hyphens", Whole("\"a--b\""), true, Verdict.Warned);
        rows.Add("empty name", Whole("\"\""), false, Verdict.Bad);
        rows.Add("name of nothing legal", Whole("\"++\""), false, Verdict.Bad);
        rows.Add("name as number", Whole("5"), false, Verdict.Bad);
        rows.Add("member twice", Whole(rest: "\"name\":\"b\""), true, Verdict.Bad);
        rows.Add("member in other case", """{"ACKind":"ImageManifest","acVersion":"0.8.11","name":"a"}""", true, Verdict.Bad);
        rows.Add("unknown member", Whole(rest: "\"lables\":[]"), true, Verdict.Warned);
    }

    private static void AddLabels(TheoryData<string, string, bool, Verdict> rows)
    {
        void Labels(string title, string labels, bool actool, Verdict verdict) => rows.Add("labels: " + title, Whole(rest: $"\"labels\":{labels}"), actool, verdict);
        string Platform(string os, string arch) => $$"""[{"name":"os","value":"{{os}}"},{"name":"arch","value":"{{arch}}"}]""";

        Labels("amd64", Platform("linux", "amd64"), true, Verdict.Good);
        Labels("aarch64", Platform("linux", "aarch64"), true, Verdict.Good);
        Labels("arm64", Platform("linux", "arm64"), false, Verdict.Warned);
        Labels("x86_64 on linux", Platform("linux", "x86_64"), false, Verdict.Warned);
        Labels("x86_64 on darwin", Platform("darwin", "x86_64"), true, Verdict.Good);
        Labels("unknown arch", Platform("linux", "z80"), false, Verdict.Bad);
        Labels("unknown os", Platform("windows", "amd64"), false, Verdict.Bad);
        Labels("arch without os", """[{"name":"arch","value":"z80"}]""", true, Verdict.Good);
        Labels("twice", """[{"name":"a","value":"1"},{"name":"a","value":"2"}]""", false, Verdict.Bad);
        Labels("twice after correction", """[{"name":"a","value":"1"},{"name":"A","value":"2"}]""", false, Verdict.Bad);
        Labels("called name", """[{"name":"name","value":"1"}]""", false, Verdict.Bad);
        Labels("upper case", """[{"name":"Version","value":"1"}]""", false, Verdict.Warned);
        Labels("value as number", """[{"name":"version","value":1}]""", false, Verdict.Bad);
        Labels("as object", """{"os":"linux"}""", false, Verdict.Bad);
    }

    private static void AddApps(TheoryData<string, string, bool, Verdict> rows)
    {
        void App(string title, string rest, bool actool, Verdict verdict) =>
            rows.Add("app: " + title, Whole(rest: $$"""
            "app":{"user":"0","group":"0"{{(rest.Length > 0 ? "," + rest : "")}}}
            """.Trim()), actool, verdict);

        App("without exec", "", true, Verdict.Good);
        App("with exec", """ "exec":["/bin/sh","-c",""] """, true, Verdict.Good);
        App("exec as text", """ "exec":"/bin/sh" """, false, Verdict.Bad);
        rows.Add("app: user as number", Whole(rest: """ "app":{"user":0,"group":"0"} """), false, Verdict.Bad);
        rows.Add("app: no user", Whole(rest: """ "app":{"group":"0"} """), false, Verdict.Bad);
        rows.Add("app: no group", Whole(rest: """ "app":{"user":"0"} """), false, Verdict.Bad);
        rows.Add("app: empty user", Whole(rest: """ "app":{"user":"","group":"0"} """), false, Verdict.Bad);
        App("absolute directory", """ "workingDirectory":"/x" """, true, Verdict.Good);
        App("relative directory", """ "workingDirectory":"x" """, false, Verdict.Bad);
        App("environment", """ "environment":[{"name":"A_b.c-1","value":""}] """, true, Verdict.Good);
        App("variable with digit first", """ "environment":[{"name":"1A","value":""}] """, false, Verdict.Bad);
        App("variable without name", """ "environment":[{"name":"","value":""}] """, false, Verdict.Bad);
        App("variable twice", """ "environment":[{"name":"A","value":""},{"name":"A","value":"x"}] """, false, Verdict.Bad);
        App("event handlers", """ "eventHandlers":[{"name":"pre-start","exec":["/x"]},{"name":"post-stop","exec":["/x"]}] """, true, Verdict.Good);
        App("unknown event", """ "eventHandlers":[{"name":"post-start","exec":["/x"]}] """, false, Verdict.Bad);
        App("event twice", """ "eventHandlers":[{"name":"pre-start","exec":["/x"]},{"name":"pre-start","exec":["/y"]}] """, false, Verdict.Bad);
        App("port", """ "ports":[{"name":"http","protocol":"tcp","port":80}] """, true, Verdict.Good);
        App("last port", """ "ports":[{"name":"http","protocol":"tcp","port":65535,"count":1,"socketActivated":true}] """, true, Verdict.Good);
        App("port 0", """ "ports":[{"name":"http","protocol":"tcp","port":0}] """, false, Verdict.Bad);
        App("port 65536", """ "ports":[{"name":"http","protocol":"tcp","port":65536}] """, false, Verdict.Bad);
        App("range beyond the end", """ "ports":[{"name":"http","protocol":"tcp","port":65535,"count":2}] """, false, Verdict.Bad);
        App("negative port", """ "ports":[{"name":"http","protocol":"tcp","port":-1}] """, false, Verdict.Bad);
        App("half a port", """ "ports":[{"name":"http","protocol":"tcp","port":1.5}] """, false, Verdict.Bad);
        App("port as text", """ "ports":[{"name":"http","protocol":"tcp","port":"80"}] """, false, Verdict.Bad);
        App("port name with underscore", """ "ports":[{"name":"http_x","protocol":"tcp","port":80}] """, false, Verdict.Warned);
        App("mount point", """ "mountPoints":[{"name":"data","path":"/data","readOnly":true}] """, true, Verdict.Good);
        App("mount point with relative path", """ "mountPoints":[{"name":"data","path":"data"}] """, true, Verdict.Bad);
        App("mount point with slash", """ "mountPoints":[{"name":"var/lib","path":"/data"}] """, false, Verdict.Warned);
        App("supplementary groups", """ "supplementaryGIDs":[4,5] """, true, Verdict.Good);
        App("supplementary group as text", """ "supplementaryGIDs":["4"] """, false, Verdict.Bad);
        App("user labels", """ "userLabels":{"A b":"c"},"userAnnotations":{"x":"y"} """, true, Verdict.Good);
        App("port in upper case", """ "ports":[{"name":"HTTP","protocol":"tcp","port":80}] """, false, Verdict.Warned);
        App("event without commands", """ "eventHandlers":[{"name":"pre-start","exec":[]}] """, true, Verdict.Good);
        App(
            "all that keys can say",
            """ "exec":["/a"],"workingDirectory":"/w","environment":[{"name":"A","value":"b"}],"mountPoints":[{"name":"tls","path":"/tls","readOnly":true},{"name":"volume-data","path":"/data"}],"ports":[{"name":"80-tcp","protocol":"tcp","port":80},{"name":"https","protocol":"tcp","port":443,"count":2,"socketActivated":true}],"eventHandlers":[{"name":"pre-start","exec":["/b","-c"]},{"name":"post-stop","exec":["/z"]}],"supplementaryGIDs":[4,5],"isolators":[{"name":"resource/cpu","value":{"limit":"500m"}},{"name":"resource/memory","value":{"request":"1Gi","limit":"2Gi"}},{"name":"resource/block-iops","value":{"default":true,"limit":"5"}},{"name":"resource/network-bandwidth","value":{"default":true,"limit":"1G"}},{"name":"os/linux/capabilities-remove-set","value":{"set":["CAP_SYS_ADMIN"]}},{"name":"os/linux/seccomp-remove-set","value":{"set":["kill"],"errno":"EPERM"}},{"name":"os/linux/selinux-context","value":{"user":"u","role":"r","type":"t","level":"s0"}},{"name":"os/linux/no-new-privileges","value":true},{"name":"os/linux/oom-score-adj","value":-5},{"name":"os/linux/cpu-shares","value":9},{"name":"os/unix/sysctl","value":{"a.b":"1"}}],"userAnnotations":{"x":"y"},"userLabels":{"A b":"c"} """,
            true,
            Verdict.Good);
        App("user label as number", """ "userLabels":{"a":1} """, false, Verdict.Bad);
    }

    private static void AddIsolators(TheoryData<string, string, bool, Verdict> rows)
    {
        void Isolator(string title, string isolators, bool actool, Verdict verdict) =>
            rows.Add("isolators: " + title, Whole(rest: $$"""
            "app":{"user":"0","group":"0","isolators":[{{isolators}}]}
            """.Trim()), actool, verdict);
        string One(string name, string value) => $$"""{"name":"{{name}}","value":{{value}}}""";

        Isolator("unknown", One("os/linux/nothing", "1"), false, Verdict.Bad);
        Isolator("cpu", One("resource/cpu", """{"request":"250m","limit":"500m"}"""), true, Verdict.Good);
        Isolator("cpu as number", One("resource/cpu", """{"limit":2}"""), true, Verdict.Good);
        Isolator("cpu by default", One("resource/cpu", """{"default":true,"limit":"1"}"""), false, Verdict.Bad);
        Isolator("memory", One("resource/memory", """{"limit":"1Gi"}"""), true, Verdict.Good);
        Isolator("memory in no unit", One("resource/memory", """{"limit":"1Q"}"""), false, Verdict.Bad);
        Isolator("bandwidth", One("resource/block-bandwidth", """{"default":true,"limit":"2M"}"""), true, Verdict.Good);
        Isolator("bandwidth not by default", One("resource/block-bandwidth", """{"limit":"2M"}"""), false, Verdict.Bad);
        Isolator("operations with request", One("resource/block-iops", """{"default":true,"request":"1","limit":"2"}"""), false, Verdict.Bad);
        Isolator("network", One("resource/network-bandwidth", """{"default":true,"limit":"1G"}"""), true, Verdict.Good);
        Isolator("capabilities", One("os/linux/capabilities-retain-set", """{"set":["CAP_NET_BIND_SERVICE"]}"""), true, Verdict.Good);
        Isolator("no capability", One("os/linux/capabilities-retain-set", """{"set":[]}"""), false, Verdict.Bad);
        Isolator("no set", One("os/linux/capabilities-remove-set", "{}"), false, Verdict.Bad);
        Isolator("keep and remove", One("os/linux/seccomp-retain-set", """{"set":["read"]}""") + "," + One("os/linux/seccomp-remove-set", """{"set":["kill"]}"""), false, Verdict.Bad);
        Isolator("keep and remove capabilities", One("os/linux/capabilities-retain-set", """{"set":["CAP_KILL"]}""") + "," + One("os/linux/capabilities-remove-set", """{"set":["CAP_CHOWN"]}"""), true, Verdict.Bad);
        Isolator("no system call", One("os/linux/seccomp-remove-set", """{"set":[]}"""), false, Verdict.Bad);
        Isolator("seccomp with error", One("os/linux/seccomp-remove-set", """{"set":["kill"],"errno":"EPERM"}"""), true, Verdict.Good);
        Isolator("seccomp with wrong error", One("os/linux/seccomp-remove-set", """{"set":["kill"],"errno":"eperm"}"""), false, Verdict.Bad);
        Isolator("selinux", One("os/linux/selinux-context", """{"user":"u","role":"r","type":"t","level":"s0:c1"}"""), true, Verdict.Good);
        Isolator("selinux with colon", One("os/linux/selinux-context", """{"user":"u:x","role":"r","type":"t","level":"s0"}"""), false, Verdict.Bad);
        Isolator("no new privileges", One("os/linux/no-new-privileges", "true"), true, Verdict.Good);
        Isolator("no new privileges as text", One("os/linux/no-new-privileges", "\"true\""), false, Verdict.Bad);
        Isolator("oom score", One("os/linux/oom-score-adj", "-1000"), true, Verdict.Good);
        Isolator("oom score too high", One("os/linux/oom-score-adj", "1001"), false, Verdict.Bad);
        Isolator("cpu shares", One("os/linux/cpu-shares", "2"), true, Verdict.Good);
        Isolator("cpu shares too low", One("os/linux/cpu-shares", "1"), false, Verdict.Bad);
        Isolator("cpu shares twice", One("os/linux/cpu-shares", "2") + "," + One("os/linux/cpu-shares", "3"), false, Verdict.Bad);
        Isolator("sysctl", One("os/unix/sysctl", """{"net.ipv4.ip_forward":"1"}"""), true, Verdict.Good);
        Isolator("sysctl as number", One("os/unix/sysctl", """{"net.ipv4.ip_forward":1}"""), false, Verdict.Bad);
        Isolator("apparmor", One("os/linux/apparmor-profile", "\"x\""), false, Verdict.Bad);
        Isolator("without value", """{"name":"resource/cpu"}""", false, Verdict.Bad);
    }

    private static void AddOthers(TheoryData<string, string, bool, Verdict> rows)
    {
        void Dependency(string title, string dependency, bool actool, Verdict verdict) => rows.Add("dependencies: " + title, Whole(rest: $"\"dependencies\":[{dependency}]"), actool, verdict);
        void Annotation(string name, string value, bool actool, Verdict verdict) =>
            rows.Add($"annotation {name} {value}", Whole(rest: $$"""
            "annotations":[{"name":"{{name}}","value":"{{value}}"}]
            """.Trim()), actool, verdict);

        Dependency("name", """{"imageName":"x/y","size":22017258,"labels":[{"name":"os","value":"linux"}]}""", true, Verdict.Good);
        Dependency("no name", """{"size":1}""", false, Verdict.Bad);
        Dependency("id", $$"""{"imageName":"x","imageID":"sha512-{{new string('a', 128)}}"}""", true, Verdict.Good);
        Dependency("short id", """{"imageName":"x","imageID":"sha512-ab"}""", true, Verdict.Good);
        Dependency("id by another algorithm", """{"imageName":"x","imageID":"sha256-ab"}""", false, Verdict.Bad);
        Dependency("negative size", """{"imageName":"x","size":-1}""", false, Verdict.Bad);
        Dependency("name in upper case", """{"imageName":"X/y"}""", false, Verdict.Warned);
        Dependency("label twice", """{"imageName":"x","labels":[{"name":"a","value":"1"},{"name":"a","value":"2"}]}""", false, Verdict.Bad);
        rows.Add("annotation in upper case", Whole(rest: """ "annotations":[{"name":"Authors","value":"1"}] """), false, Verdict.Warned);
        Annotation("created", "2026-01-31T12:00:00Z", true, Verdict.Good);
        Annotation("created", "2026-01-31T12:00:00.5+01:00", true, Verdict.Good);
        Annotation("created", "2026-01-31", false, Verdict.Bad);
        Annotation("created", "2026-02-31T12:00:00Z", false, Verdict.Bad);
        Annotation("homepage", "https://example.com/", true, Verdict.Good);
        Annotation("homepage", "ftp://example.com/", false, Verdict.Bad);
        Annotation("homepage", "https://example.com/%zz", false, Verdict.Bad);
        Annotation("documentation", "example.com", false, Verdict.Bad);
        rows.Add("annotation twice", Whole(rest: """ "annotations":[{"name":"a","value":"1"},{"name":"a","value":"2"}] """), false, Verdict.Bad);
        rows.Add("path whitelist", Whole(rest: """ "pathWhitelist":["/a","b"] """), true, Verdict.Good);
        rows.Add("path whitelist as text", Whole(rest: """ "pathWhitelist":"/a" """), false, Verdict.Bad);
    }
}
