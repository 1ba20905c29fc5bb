using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Store.Layers;

namespace Buildit.Images.Composition;

/// <summary>An image that others stand on, with all of it in the store.</summary>
/// <param name="Name">As docker and its relatives name it; null if it has no such name.</param>
/// <param name="Digest">Of its manifest.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Layers">Its layers, from the lowest on, as they are.</param>
/// <param name="Part">The files that they make together.</param>
public sealed record BaseImage(string? Name, Digest Digest, ReadOnlyMemory<byte> Config, ImmutableArray<LayerBlob> Layers, ImagePart Part);
