using System.CommandLine;
using System.Globalization;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store;
using Buildit.Store.Keeping;

namespace Buildit.Cli.Commands;

/// <summary>buildit store du|verify|rebuild-index</summary>
internal sealed class StoreCommand(Terminal terminal)
{
    private readonly Option<bool> _json = Options.Json();

    public Command Command()
    {
        var usage = new Command("du", "Show how large the store is, by directory") { _json };
        usage.SetAction(parsed => Usage(parsed));
        var verify = new Command("verify", "Read everything in the store, and put aside what is damaged");
        verify.SetAction((parsed, cancel) => VerifyAsync(parsed, cancel));
        var rebuild = new Command("rebuild-index", "Make the index again from the records");
        rebuild.SetAction(Rebuild);
        return new Command("store", "Look after this machine's store") { usage, verify, rebuild };
    }

    private int Usage(ParseResult parsed)
    {
        using var store = ContentStore.OpenToRead(Place(parsed));
        var shares = new StoreKeeping(store).Measure();
        if (parsed.GetValue(_json))
        {
            terminal.Data(JsonText.Of(json =>
            {
                json.WriteStartObject();
                json.WriteString("store", store.Paths.Root);
                json.WriteNumber("bytes", shares.Sum(s => s.Bytes));
                json.WriteStartArray("parts");
                foreach (var share in shares)
                {
                    json.WriteStartObject();
                    json.WriteString("name", share.Directory);
                    json.WriteNumber("files", share.Files);
                    json.WriteNumber("bytes", share.Bytes);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }));
            return 0;
        }

        foreach (var share in shares)
        {
            terminal.Data(string.Create(CultureInfo.InvariantCulture, $"{ByteCount.Show(share.Bytes),10} {share.Directory} ({share.Files:N0} {(share.Files == 1 ? "file" : "files")})"));
        }

        terminal.Data($"{ByteCount.Show(shares.Sum(s => s.Bytes)),10} {store.Paths.Root} (files with several names count once for each)");
        return 0;
    }

    private async Task<int> VerifyAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var store = ContentStore.Open(Place(parsed));
        var count = 0;
        var damaged = await new StoreKeeping(store).VerifyAsync(() => terminal.Status(string.Create(CultureInfo.InvariantCulture, $"  {Interlocked.Increment(ref count):N0} blobs and trees")), cancel);
        foreach (var name in damaged)
        {
            terminal.Data($"{name}: was damaged, and is put aside in '{store.Paths.Work}'; it is made or fetched again when it is needed");
        }

        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{count:N0} blobs and trees read, {(damaged.IsEmpty ? "all of them are what their names say" : $"{damaged.Length} damaged")}"));
        return (int)(damaged.IsEmpty ? ExitCode.Ok : ExitCode.StoreFailed);
    }

    private int Rebuild(ParseResult parsed)
    {
        using var store = ContentStore.Open(Place(parsed));
        var index = new StoreKeeping(store).RebuildIndex();
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{index.Records} records are in the index; {index.Added} of them were not, {index.Removed} others are gone."));
        return 0;
    }

    private static string Place(ParseResult parsed)
    {
        var start = Options.StartOf(parsed);
        var bag = new DiagnosticBag();
        var place = Settings.Find(start, start, bag).StoreDirectory;
        bag.ThrowIfErrors();
        ContentStore.RequireNoFile(place);
        return Directory.Exists(place) ? place : throw new BuilditException(ExitCode.Missing, $"there is no store at '{place}' yet", "the first build makes it");
    }
}
