using System.Text;

namespace Lapel.Governance;

/// <summary>
/// What a file, a message or an officer says about one incident, before it is compared with what is known. Nothing said is not the
/// same as nothing: a null leaves what is known as it is.
/// </summary>
/// <param name="MergedInto">Number of the incident that this one turned out to be.</param>
/// <param name="Line">Of the file; 0 when it is not from a file.</param>
public sealed record SaidIncident(
    string Number,
    string? CallType,
    int? Priority,
    string? Address,
    Place? Place,
    string? Exigency,
    Instant? ReceivedAt,
    string? MergedInto,
    string? Note,
    IReadOnlyList<SaidPart> Parts,
    long Line = 0
)
{
    /// <summary>Digest of the incident's own facts, without its parts.</summary>
    public Digest Digest =>
        Said.DigestOf(
            Number,
            CallType,
            Said.Of(Priority),
            Address,
            Said.Of(Place),
            Exigency,
            Said.Of(ReceivedAt),
            MergedInto,
            Note
        );

    /// <summary>This, and what another row about the same incident says; the later one counts where both speak.</summary>
    public SaidIncident Then(SaidIncident later) =>
        this with
        {
            CallType = later.CallType ?? CallType,
            Priority = later.Priority ?? Priority,
            Address = later.Address ?? Address,
            Place = later.Place ?? Place,
            Exigency = later.Exigency ?? Exigency,
            ReceivedAt = later.ReceivedAt ?? ReceivedAt,
            MergedInto = later.MergedInto ?? MergedInto,
            Note = later.Note ?? Note,
            Parts = [.. Parts, .. later.Parts],
        };
}

/// <summary>What is said about one officer's part.</summary>
/// <param name="Id">How the dispatch system names this part; none when it has no name for it.</param>
/// <param name="Badge">Empty when only the car is named: the call-sign roster says who was in it.</param>
/// <param name="Activity">None: as the incident's other parts, or a call.</param>
/// <param name="Withdrawn">Dispatch says that it did not take place.</param>
/// <param name="AsOf">
/// Dispatch clock; of a system that says how a unit stands now, and not when what was: times add up from message to message.
/// </param>
public sealed record SaidPart(
    string? Id,
    string Badge,
    string? CallSign,
    Activity? Activity,
    Instant? DispatchedAt,
    Instant? EnRouteAt,
    Instant? ArrivedAt,
    Instant? ClearedAt,
    bool Withdrawn = false,
    Instant? AsOf = null,
    long Line = 0
)
{
    /// <summary>Digest of all that is said of this part.</summary>
    public Digest Digest =>
        Said.DigestOf(
            Id,
            Badge,
            CallSign,
            Activity is { } activity ? Words<Activity>.Of(activity) : null,
            Said.Of(DispatchedAt),
            Said.Of(EnRouteAt),
            Said.Of(ArrivedAt),
            Said.Of(ClearedAt),
            Withdrawn ? "withdrawn" : null
        );

    public IEnumerable<Instant> Times =>
        new[] { DispatchedAt, EnRouteAt, ArrivedAt, ClearedAt }.Where(t => t is not null).Select(t => t!.Value);
}

static class Said
{
    public static string? Of(Instant? at) => at?.ToMicroseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static string? Of(int? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static string? Of(Place? place) => place is { } known ? Words<Place>.Of(known) : null;

    /// <summary>Over the texts, each ended by a character that no field can hold.</summary>
    public static Digest DigestOf(params ReadOnlySpan<string?> texts)
    {
        var all = new StringBuilder();
        foreach (var text in texts)
            all.Append(text ?? "\u0001").Append('\0');
        return Digest.Of(Encoding.UTF8.GetBytes(all.ToString()));
    }
}
