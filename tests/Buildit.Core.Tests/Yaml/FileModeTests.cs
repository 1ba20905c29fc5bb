using FileMode = Buildit.Core.Yaml.FileMode;

namespace Buildit.Core.Tests.Yaml;

public sealed class FileModeTests
{
    [Theory]
    [InlineData("0644", "644")]
    [InlineData("644", "644")]
    [InlineData("0o755", "755")]
    [InlineData("4755", "4755")]
    [InlineData("01777", "1777")]
    public void Digits_are_octal_however_they_are_written(string text, string octal)
    {
        Assert.True(FileMode.TryParse(text, out var mode, out _));
        Assert.Equal(octal, Convert.ToString(mode, 8));
    }

    [Theory]
    [InlineData("0999", "write three or four digits from 0 to 7 (4 = read, 2 = write, 1 = execute), for example 0644")]
    [InlineData("rw-r--r--", "write it in octal: 0644")]
    [InlineData("drwxr-x---", "write it in octal: 0750")]
    [InlineData("7", "write three or four digits from 0 to 7 (4 = read, 2 = write, 1 = execute), for example 0644")]
    [InlineData("77777", "write three or four digits from 0 to 7 (4 = read, 2 = write, 1 = execute), for example 0644")]
    public void Anything_else_gets_a_hint(string text, string hint)
    {
        Assert.False(FileMode.TryParse(text, out _, out var said));
        Assert.Equal(hint, said);
    }
}
