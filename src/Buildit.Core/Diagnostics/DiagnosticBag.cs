namespace Buildit.Core.Diagnostics;

/// <summary>Collects every mistake of the input, so that a person sees all of them at once.</summary>
public sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];

    /// <summary>What was collected, in order.</summary>
    public IReadOnlyList<Diagnostic> Items => _items;

    /// <summary>Whether any of it is an error.</summary>
    public bool HasErrors => _items.Exists(d => d.Severity == Severity.Error);

    /// <summary>Adds an error.</summary>
    public void Error(SourceSpan? span, string message, string? hint = null) => _items.Add(new(message, span, hint));

    /// <summary>Adds a warning.</summary>
    public void Warning(SourceSpan? span, string message, string? hint = null) => _items.Add(new(message, span, hint, Severity.Warning));

    /// <summary>Adds a diagnostic made elsewhere.</summary>
    public void Add(Diagnostic diagnostic) => _items.Add(diagnostic);

    /// <summary>Adds everything that another bag collected about one file, in the order in which it stands there.</summary>
    public void AddRange(DiagnosticBag other) => _items.AddRange(other._items.OrderBy(d => d.Span?.Line).ThenBy(d => d.Span?.Column));

    /// <summary>Throws what was collected if there is an error among it; the smallest exit code of the errors wins.</summary>
    public void ThrowIfErrors()
    {
        if (HasErrors)
        {
            throw new BuilditException(_items.Where(d => d.Severity == Severity.Error).Min(d => d.Code), _items);
        }
    }

    /// <summary>Throws what was collected with this exit code if there is an error among it.</summary>
    public void ThrowIfErrors(ExitCode code)
    {
        if (HasErrors)
        {
            throw new BuilditException(code, _items);
        }
    }
}
