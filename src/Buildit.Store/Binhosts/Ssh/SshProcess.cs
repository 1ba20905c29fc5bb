using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.Ssh;

/// <summary>
/// The users' own ssh, with their configuration, keys, agent and known hosts: a run of it that carries an sftp conversation. It asks no questions, and never takes a host key that the
/// user's configuration would not let it take.
/// </summary>
internal sealed class SshProcess : IDisposable
{
    private const int MostWords = 1 << 14;
    private static readonly TimeSpan Goodbye = TimeSpan.FromMilliseconds(500);
    private readonly Process _process;
    private readonly Task<string> _words;

    private SshProcess(Process process)
    {
        _process = process;
        _words = Task.Run(() => WordsAsync(process.StandardError));
    }

    /// <summary>What the server reads.</summary>
    public Stream To => _process.StandardInput.BaseStream;

    /// <summary>What the server writes.</summary>
    public Stream From => _process.StandardOutput.BaseStream;

    /// <summary>Starts it.</summary>
    public static SshProcess Start(SshAddress address, SshSettings settings, SshPatience patience) => new(Run(
    [
        // As sftp does it itself; and no master for later connections, which would have to stay when this one ends.
        "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ClearAllForwardings=yes", "-o", "ForwardAgent=no", "-o", "ForwardX11=no", "-o", "PermitLocalCommand=no",
        "-o", "RemoteCommand=none", "-o", "RequestTTY=no", "-o", "ControlMaster=no",
        "-o", string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={Math.Max(1, (int)patience.Connect.TotalSeconds)}"),
        .. settings.AcceptsAnyHostKey ? (string[])["-o", "StrictHostKeyChecking=yes"] : [],
        "-s", .. address.Arguments(), "sftp",
    ]));

    /// <summary>What the configuration comes to.</summary>
    public static async Task<SshSettings> SettingsAsync(SshAddress address, CancellationToken cancel)
    {
        using var ssh = new SshProcess(Run(["-G", .. address.Arguments()]));
        ssh.To.Close();
        using var reader = new StreamReader(ssh.From);
        var text = await reader.ReadToEndAsync(cancel);
        await ssh._process.WaitForExitAsync(cancel);
        return ssh._process.ExitCode == 0 ? SshSettings.Parse(text) : throw new PlaceException($"ssh refuses its configuration: {(await ssh._words).Trim()}");
    }

    /// <summary>What it said before it ended. Waits a moment for it to end.</summary>
    public async Task<string> LastWordsAsync()
    {
        await Task.WhenAny(_words, Task.Delay(Goodbye));
        return _words.IsCompletedSuccessfully ? await _words : "";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            To.Dispose();
            if (!_process.WaitForExit(Goodbye))
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It is gone already.
        }

        _process.Dispose();
    }

    private static Process Run(IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("ssh", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            throw new PlaceException("this machine has no 'ssh': install the package 'openssh-client'", inner: e);
        }
    }

    private static async Task<string> WordsAsync(StreamReader error)
    {
        var words = new StringBuilder();
        var buffer = new char[1024];
        for (int read; (read = await error.ReadAsync(buffer)) > 0;)
        {
            words.Append(buffer, 0, Math.Min(read, MostWords - words.Length));
        }

        return words.ToString();
    }
}
