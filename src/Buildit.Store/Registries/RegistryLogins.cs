using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Buildit.Core.Registries;
using Buildit.Store.Fetching;

namespace Buildit.Store.Registries;

/// <summary>The logins that <c>docker login</c> has kept: in its file, or with the programs that the file names. Nothing of them is ever written or printed.</summary>
/// <param name="file">docker's <c>config.json</c>, which need not be there.</param>
public sealed class RegistryLogins(string file)
{
    // docker-credential-helpers, credentials/error.go
    private const string NotFound = "credentials not found";
    private readonly Lazy<DockerConfiguration> _configuration = new(() => Read(file));

    /// <summary>The file, for people.</summary>
    public string File => file;

    /// <summary>The login for a host; null if there is none. Throws <see cref="PlaceException"/> if file or program do not work.</summary>
    public async Task<RegistryLogin?> FindAsync(string host, CancellationToken cancel) =>
        _configuration.Value.HelperOf(host) is { } helper && await AskAsync(helper, host, cancel) is { } login ? login : _configuration.Value.Logins.GetValueOrDefault(host);

    private static DockerConfiguration Read(string file)
    {
        try
        {
            return DockerConfiguration.Parse(System.IO.File.ReadAllBytes(file)) ?? throw new PlaceException($"'{file}' is not what 'docker login' writes");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return DockerConfiguration.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PlaceException($"'{file}' cannot be read: {e.Message.TrimEnd('.')}", inner: e);
        }
    }

    private async Task<RegistryLogin?> AskAsync(string helper, string host, CancellationToken cancel)
    {
        using var process = Start(helper);
        try
        {
            // Docker's own registry has an address of the first version as its name.
            await process.StandardInput.WriteAsync(host == "index.docker.io" ? "https://index.docker.io/v1/" : host);
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(cancel);
            var output = await process.StandardOutput.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            var words = $"{output} {await errors}".Trim();
            return process.ExitCode == 0 ? Parse(helper, output)
                : words.Contains(NotFound, StringComparison.Ordinal) ? null
                : throw new PlaceException($"'{helper}' cannot say who asks: {words.Split('\n')[0]}");
        }
        catch (IOException e)
        {
            throw new PlaceException($"'{helper}' cannot say who asks: {e.Message}", inner: e);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private Process Start(string helper)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(helper, ["get"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            throw new PlaceException($"'{file}' names the program '{helper}', which cannot be started: {e.Message}", inner: e);
        }
    }

    private static RegistryLogin Parse(string helper, string output)
    {
        try
        {
            using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(output));
            var (user, secret) = (json.RootElement.GetProperty("Username").GetString()!, json.RootElement.GetProperty("Secret").GetString()!);
            return new(user == "<token>" ? "" : user, secret);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PlaceException($"what '{helper}' says is no login", inner: e);
        }
    }
}
