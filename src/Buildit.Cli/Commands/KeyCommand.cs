using System.CommandLine;
using System.Text.Json;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trust;
using Buildit.Store.Trust;

namespace Buildit.Cli.Commands;

/// <summary>buildit key new|list|trust|export</summary>
internal sealed class KeyCommand(Terminal terminal)
{
    private readonly Option<string> _name = new("--name") { HelpName = "NAME", Description = "Name of the key's files", DefaultValueFactory = _ => KeyDirectory.DefaultName };
    private readonly Option<string?> _out = new("--out") { HelpName = "DIR", Description = "Where the files are written [default: the user's keys]" };
    private readonly Option<string?> _notBefore = Date("--not-before", "First day on which the key counts, in UTC");
    private readonly Option<string?> _notAfter = Date("--not-after", "Last day on which the key counts, in UTC");
    private readonly Option<bool> _json = new("--json") { Description = "As JSON" };
    private readonly Argument<string> _binhost = new("BINHOST") { Description = "Name of a binhost of the configuration, or its address" };
    private readonly Argument<string?> _key = new("KEY") { Arity = ArgumentArity.ZeroOrOne, Description = "Fingerprint of a key that the binhost offers, or a file; without it, those on offer are shown" };

    public Command Command()
    {
        var make = new Command("new", "Make a key to sign what is pushed with") { _name, _out, _notBefore, _notAfter };
        make.SetAction(parsed => New(parsed));
        var list = new Command("list", "Show your keys, and those that you have accepted") { _json };
        list.SetAction(parsed => List(parsed.GetValue(_json)));
        var trust = new Command("trust", "Accept the signatures of a key for one binhost") { _binhost, _key, _notBefore, _notAfter };
        trust.SetAction((parsed, cancel) => new KeyTrust(terminal, parsed.GetValue(_binhost)!, parsed.GetValue(_key), Validity(parsed)).RunAsync(Options.StartOf(parsed), cancel));
        var export = new Command("export", "Print your public key, for others to accept") { _name };
        export.SetAction(parsed => Export(parsed.GetValue(_name)!));
        return new Command("key", "Keys that sign what is pushed, and those whose signatures count") { make, list, trust, export };
    }

    private int New(ParseResult parsed)
    {
        var (name, validity) = (parsed.GetValue(_name)!, Validity(parsed));
        if (name.Length == 0 || name.AsSpan().ContainsAny("/\\\n") || name.StartsWith('.'))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{name}' cannot be the name of a file");
        }

        var directory = parsed.GetValue(_out) is { } written ? Path.GetFullPath(written, Options.StartOf(parsed)) : Keys().Keys;
        using var key = SigningKey.New(name, validity.NotBefore, validity.NotAfter);
        KeyDirectory.Save(key, directory, name);
        terminal.Line($"Wrote {Path.Combine(directory, name)}.key, which nobody else may see, and {name}.pub, for everybody.");
        terminal.Data(key.Public.Id.Hex);
        return 0;
    }

    private int List(bool asJson)
    {
        var keys = Keys();
        var all = keys.Own().Select(k => (For: $"own {k.Key}", k.Value)).Concat(keys.AllTrusted().Select(t => (For: $"for {t.Place}", Value: t.Key))).ToArray();
        if (asJson)
        {
            terminal.Data(Json(all));
            return 0;
        }

        foreach (var (use, key) in all)
        {
            terminal.Data($"{key.Id.Hex} {use}{(key.Name.Length > 0 ? $" ({key.Name})" : "")}{Words(key)}");
        }

        return 0;
    }

    private int Export(string name)
    {
        var key = Keys().Own().GetValueOrDefault(name) ?? throw new BuilditException(ExitCode.InvalidInput, $"there is no key '{name}'", name == KeyDirectory.DefaultName ? "make one with 'buildit key new'" : "'buildit key list' shows those that are there");
        terminal.Data(key.Print().TrimEnd());
        return 0;
    }

    /// <summary>From and until when a key counts, in words; empty if it always does.</summary>
    public static string Words(PublicKey key) =>
        (key.NotBefore is null ? "" : $" not before {PublicKey.Date(key.NotBefore)}") + (key.NotAfter is null ? "" : $" not after {PublicKey.Date(key.NotAfter)}");

    private static string Json(IEnumerable<(string For, PublicKey Key)> all)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var (use, key) in all)
            {
                json.WriteStartObject();
                json.WriteString("fingerprint", key.Id.Hex);
                json.WriteString("use", use);
                json.WriteString("name", key.Name);
                json.WriteString("notBefore", PublicKey.Date(key.NotBefore));
                json.WriteString("notAfter", PublicKey.Date(key.NotAfter));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static KeyDirectory Keys() => new(Settings.UserDirectory());

    private (DateTimeOffset? NotBefore, DateTimeOffset? NotAfter) Validity(ParseResult parsed)
    {
        _ = PublicKey.TryDate(parsed.GetValue(_notBefore), 0, out var notBefore);
        _ = PublicKey.TryDate(parsed.GetValue(_notAfter), 1, out var notAfter);
        return (notBefore, notAfter);
    }

    private static Option<string?> Date(string name, string description)
    {
        var option = new Option<string?>(name) { HelpName = "YYYY-MM-DD", Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !PublicKey.TryDate(result.Tokens[0].Value, 0, out _))
            {
                result.AddError($"{name} takes a date like 2026-12-31, not '{result.Tokens[0].Value}'");
            }
        });
        return option;
    }
}
