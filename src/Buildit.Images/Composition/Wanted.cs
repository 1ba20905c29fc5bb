namespace Buildit.Images.Composition;

/// <summary>Something that an image lacks.</summary>
/// <param name="What">A library's soname, or a program's absolute path or its name alone.</param>
/// <param name="IsLibrary">Whether it is a library.</param>
/// <param name="Owner">The package that needs it; null for the container itself.</param>
public sealed record Wanted(string What, bool IsLibrary, string? Owner);

/// <summary>Says how to get what an image lacks, as a hint: which package has it. Null if nobody knows.</summary>
public delegate string? Advice(Wanted wanted);
