using System.CommandLine;
using System.Globalization;
using System.Net;
using Buildit.Cli.Binhosts;
using Buildit.Cli.Consoles;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Commands;

/// <summary>buildit binhost init|serve|list|du|verify|gc|pin|unpin|rebuild-catalog</summary>
internal sealed class BinhostCommand(Terminal terminal)
{
    private const int DefaultPort = 8080;
    private readonly Argument<string?> _binhost = new("BINHOST") { Arity = ArgumentArity.ZeroOrOne, Description = "Name of a binhost of the configuration, a directory, or an address [default: the first of the configuration that can be written to]" };
    private readonly Argument<string> _what = new("WHAT") { Description = "A HASH or its beginning, a package or container, or one with its version: NAME-VERSION" };
    private readonly Option<bool> _json = Options.Json();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only list what would be removed" };
    private readonly Option<int?> _keep = Options.Count("--keep", "-k", "How many records of each package and image stay, whatever their age [default: 5]");
    private readonly Option<string> _olderThan = Age("--older-than", "90d", "What is younger stays");
    private readonly Option<string> _grace = Age("--grace", "1d", "What was written since then stays in any case: somebody may be pushing");
    private readonly Option<int> _port = Port();
    private readonly Option<IPAddress?> _bind = new("--bind") { HelpName = "ADDRESS", Description = "Listen on this address only, for example 127.0.0.1 [default: all addresses]", CustomParser = Address };

    public Command Command()
    {
        var command = new Command("binhost", "Look after a binhost")
        {
            With(new("init", "Make an empty binhost") { _binhost }, (choice, _, cancel) => new BinhostSetup(terminal, choice).RunAsync(cancel)),
            With(new("serve", "Show a binhost's directory to the local network, by http, to be read") { _binhost, _port, _bind }, (choice, parsed, cancel) => new BinhostServing(terminal, choice).RunAsync(parsed.GetValue(_bind), parsed.GetValue(_port), cancel)),
            With(new("list", "List what a binhost has") { _binhost, _json }, (choice, parsed, cancel) => new BinhostList(terminal, choice).RunAsync(parsed.GetValue(_json), cancel)),
            With(new("du", "Show how large a binhost is, and what makes it so") { _binhost, _json }, (choice, parsed, cancel) => new BinhostUsage(terminal, choice).RunAsync(parsed.GetValue(_json), cancel)),
            With(new("verify", "Check all digests and signatures") { _binhost, _json }, (choice, parsed, cancel) => new BinhostCheck(terminal, choice).RunAsync(parsed.GetValue(_json), cancel)),
            With(new("gc", "Remove what is old, not among the newest, not tagged, not pinned, and needed by nothing that stays") { _binhost, _keep, _olderThan, _grace, _dryRun, _json }, (choice, parsed, cancel) => new BinhostTidying(terminal, choice).RunAsync(
                new(parsed.GetValue(_keep) ?? 5, Length(parsed.GetValue(_olderThan)!)!.Value, Length(parsed.GetValue(_grace)!)!.Value, parsed.GetValue(_dryRun)), parsed.GetValue(_json), cancel)),
            With(new("pin", "Let a package or image stay, whatever its age") { _what, _binhost }, (choice, parsed, cancel) => new BinhostPins(terminal, choice).PinAsync(parsed.GetValue(_what)!, cancel)),
            With(new("unpin", "Let it go again") { _what, _binhost }, (choice, parsed, cancel) => new BinhostPins(terminal, choice).UnpinAsync(parsed.GetValue(_what)!, cancel)),
            With(new("rebuild-catalog", "Make the catalog again from the records") { _binhost }, (choice, _, cancel) => new BinhostSetup(terminal, choice).RebuildAsync(cancel)),
        };
        return command;
    }

    private Command With(Command command, Func<BinhostChoice, ParseResult, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parsed, cancel) =>
        {
            var choice = BinhostChoice.Find(Options.StartOf(parsed), parsed.GetValue(_binhost), terminal);
            try
            {
                return await run(choice, parsed, cancel);
            }
            catch (PlaceException e)
            {
                throw choice.Failed(e);
            }
        });
        return command;
    }

    private static Option<string> Age(string name, string standard, string description)
    {
        var option = new Option<string>(name) { HelpName = "AGE", Description = $"{description}; a number with 'h', 'd' or 'w' for hours, days, weeks", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && Length(result.Tokens[0].Value) is null)
            {
                result.AddError($"{name} takes a time like 12h, 90d or 8w, not '{result.Tokens[0].Value}'");
            }
        });
        return option;
    }

    private static Option<int> Port()
    {
        var option = new Option<int>("--port") { HelpName = "N", Description = "Where to listen; 0 = any port that is free", DefaultValueFactory = _ => DefaultPort };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !ushort.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                result.AddError($"--port takes a number from 0 to {ushort.MaxValue}, not '{result.Tokens[0].Value}'");
            }
        });
        return option;
    }

    private static TimeSpan? Length(string text)
    {
        var unit = text.Length > 0 ? text[^1] switch { 'h' => 1, 'd' => 24, 'w' => 168, _ => 0 } : 0;
        return unit > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count < 100_000 ? TimeSpan.FromHours((double)count * unit) : null;
    }

    private static IPAddress? Address(System.CommandLine.Parsing.ArgumentResult result)
    {
        if (IPAddress.TryParse(result.Tokens[0].Value, out var address))
        {
            return address;
        }

        result.AddError($"--bind takes an address like 127.0.0.1 or ::1, not '{result.Tokens[0].Value}'");
        return null;
    }
}
