namespace Lapel.Roster;

/// <summary>What people type as a name: of a unit, an officer, a dock.</summary>
public static class Names
{
    public const int MaxLength = 120;

    /// <param name="what">As the sentence begins: "A unit's name".</param>
    public static Refusal? WhyNot(string what, string? text) =>
        string.IsNullOrWhiteSpace(text) ? new("name-missing", $"{what} is missing.")
        : text.Length > MaxLength ? new("name-too-long", $"{what} has at most {MaxLength} characters.")
        // Control and direction-changing characters would let one name be read as another in a custody log.
        : text.Any(c => char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
            ? new("name-unreadable", $"{what} holds characters that cannot be seen.")
        : null;

    public static bool Same(string one, string other) =>
        string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>Stops the work in hand: what was not committed is undone.</summary>
    public static void Throw(this Refusal? refusal)
    {
        if (refusal is not null)
            throw new RefusedException(refusal);
    }
}
