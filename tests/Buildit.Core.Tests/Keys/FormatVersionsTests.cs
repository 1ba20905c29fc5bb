using System.Reflection;
using System.Text.RegularExpressions;
using Buildit.Core.Keys;
using Buildit.Testing;

namespace Buildit.Core.Tests.Keys;

/// <summary>Whoever raises a version says why, on a line of its own: two who do it at once get a conflict instead of one number for two meanings.</summary>
public partial class FormatVersionsTests
{
    private static readonly string Source = File.ReadAllText(Path.Combine(Repository.Root, "src/Buildit.Core/Keys/FormatVersions.cs"));

    private static readonly Dictionary<string, int> Versions =
        typeof(FormatVersions).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).ToDictionary(f => f.Name, f => (int)f.GetRawConstantValue()!);

    public static TheoryData<string> Names => [.. Versions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_number_has_a_line_with_its_reason(string name)
    {
        var comment = Regex.Match(Source, $@"((?:^ *///.*\n)+) *public const int {name} =", RegexOptions.Multiline).Groups[1].Value;
        var reasons = Reason().Matches(comment).Select(m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(1, Versions[name]), reasons);
    }

    [GeneratedRegex(@"^ */// (\d+): \w.*\.$", RegexOptions.Multiline)]
    private static partial Regex Reason();
}
