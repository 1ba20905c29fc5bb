using System.Text;
using System.Text.RegularExpressions;

namespace Buildit.Core.Trees;

/// <summary>Globs over absolute paths: <c>*</c> and <c>?</c> stay within a part, <c>**</c> crosses parts; a glob that names a directory means all that is in it.</summary>
public static class PathGlob
{
    /// <summary>The glob as a regular expression over whole paths.</summary>
    public static Regex Compile(string glob)
    {
        var pattern = new StringBuilder(@"\A");
        for (var i = 0; i < glob.Length; i++)
        {
            if (glob[i] == '*' && i + 1 < glob.Length && glob[i + 1] == '*')
            {
                pattern.Append(".*");
                i++;
            }
            else
            {
                pattern.Append(glob[i] switch { '*' => "[^/]*", '?' => "[^/]", var c => Regex.Escape(c.ToString()) });
            }
        }

        return new(pattern.Append(@"(/.*)?\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }
}
