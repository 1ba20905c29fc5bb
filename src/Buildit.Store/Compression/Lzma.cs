using System.Runtime.InteropServices;

namespace Buildit.Store.Compression;

/// <summary>The part of liblzma's interface (lzma/base.h, lzma/container.h) that decoding needs.</summary>
internal static partial class Lzma
{
    public const string Library = "liblzma";

    public const uint Concatenated = 0x08;

    /// <summary>lzma_ret.</summary>
    public enum Result
    {
        Ok = 0,
        StreamEnd = 1,
        MemoryLimit = 6,
        BufferError = 10,
    }

    /// <summary>lzma_action.</summary>
    public enum Action
    {
        Run = 0,
        Finish = 3,
    }

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder")]
    public static unsafe partial Result StreamDecoder(State* state, ulong memoryLimit, uint flags);

    [LibraryImport(Library, EntryPoint = "lzma_code")]
    public static unsafe partial Result Code(State* state, Action action);

    [LibraryImport(Library, EntryPoint = "lzma_end")]
    public static unsafe partial void End(State* state);

    /// <summary>lzma_stream.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct State
    {
        public byte* NextIn;
        public nuint AvailableIn;
        public ulong TotalIn;
        public byte* NextOut;
        public nuint AvailableOut;
        public ulong TotalOut;
        public nint Allocator;
        public nint Internal;
        private fixed ulong _reserved[9];
    }
}
