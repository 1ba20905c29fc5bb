using System.Text;
using Buildit.Core;
using Buildit.Core.Bundles;
using Buildit.Core.Diagnostics;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Store.Compression;
using Buildit.Store.Files;

namespace Buildit.Store.Bundles;

/// <summary>Writes bundles: a canonical tar with the signed statement first, the list second, then what is listed, in its order.</summary>
public static class BundleWriter
{
    private const int Plain = 0x1A4; // 0644

    /// <summary>Writes the tar, not compressed.</summary>
    /// <param name="output">Gets it.</param>
    /// <param name="statement">Signed; its subject is <paramref name="tree"/>.</param>
    /// <param name="tree">What is in the bundle.</param>
    /// <param name="open">Gives a file's bytes by its path. Other bytes than the tree says throw <see cref="BuilditException"/>.</param>
    public static void Write(Stream output, Envelope statement, Tree tree, Func<string, Stream> open)
    {
        var tar = new CanonicalTarWriter(output);
        tar.WriteFile(BundleLayout.Statement, statement.Write(), Plain, BundleLayout.Mtime);
        tar.WriteFile(BundleLayout.List, Encoding.UTF8.GetBytes(tree.Print()), Plain, BundleLayout.Mtime);
        tar.WriteTree(tree, e => new Expected(open(e.Path), e));
        tar.Finish();
    }

    /// <summary>Whoever reads it to its end knows that it is what was expected.</summary>
    private sealed class Expected(Stream content, TreeEntry entry) : ReadOnlyStream
    {
        private readonly HashedReadStream _hashed = new(content);

        public override int Read(Span<byte> buffer)
        {
            var read = _hashed.Read(buffer);
            return read > 0 || buffer.IsEmpty || _hashed.Digest == entry.Content
                ? read
                : throw new BuilditException(ExitCode.InvalidInput, $"'{entry.Path}' changed while it was bundled", "run the command again");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _hashed.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
