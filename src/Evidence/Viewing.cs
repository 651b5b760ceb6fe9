namespace Lapel.Evidence;

/// <summary>
/// One account's look at one recording. Opening one is a custody event; every byte of picture and sound is served within one, so
/// each of them can be traced to who looked, when and why. Its id stands in the URLs and is of no use to another account.
/// </summary>
/// <param name="Purpose">Why, in the viewer's words.</param>
/// <param name="PlayedAt">Server clock of the first playlist; none while only the page was opened.</param>
/// <param name="Counted">What is served within it is kept (<see cref="Served"/>): somebody answers for having watched.</param>
public sealed record Viewing(
    ViewingId Id,
    RecordingId Recording,
    AccountId Account,
    string? Purpose,
    Instant OpenedAt,
    Instant ExpiresAt,
    Instant? PlayedAt,
    bool Counted = false
)
{
    /// <summary>A shift with its breaks: longer, and a browser left open overnight would play on under yesterday's reason.</summary>
    public static readonly Duration Lasts = Duration.FromHours(12);

    /// <summary>Going back to a page within this time is the same look, so that turning pages does not drown the log.</summary>
    public static readonly Duration Resumes = Duration.FromMinutes(30);
}

public static class Viewings
{
    /// <summary>What a look begins with: the page (facts, small pictures, positions).</summary>
    public const string Page = "page";

    /// <summary>What it becomes with the first playlist: picture and sound.</summary>
    public const string Played = "played";

    public static readonly Refusal Closed = new(
        "viewing-needed",
        "This look at the recording has ended or was never begun. Open the recording again.",
        RefusalKind.Forbidden
    );

    public static async Task<Viewing> Open(
        Work work,
        Viewer viewer,
        RecordingId recording,
        string what,
        string? purpose,
        CancellationToken stop,
        bool counted = false
    )
    {
        var opened = new Viewing(
            ViewingId.New(),
            recording,
            viewer.Account.Id,
            PurposeOf(purpose),
            work.Now,
            work.Now + Viewing.Lasts,
            what == Played ? work.Now : null,
            counted
        );
        await work.Execute(
            """
            INSERT INTO viewing (id, recording, account, purpose, opened_at, expires_at, counted)
            VALUES (@Id, @Recording, @Account, @Purpose, @OpenedAt, @ExpiresAt, @Counted)
            """,
            opened,
            stop
        );
        if (what == Played)
            await MarkPlayed(work, opened, stop);
        else
            work.Append(new CustodyEvent.RecordingViewed(recording, opened.Id, what, opened.Purpose), recording);
        return opened;
    }

    /// <summary>The look becomes a playing; only the first playlist of a look says so.</summary>
    public static async Task MarkPlayed(Work work, Viewing viewing, CancellationToken stop)
    {
        var first = await work.Execute(
            "UPDATE viewing SET played_at = @Now WHERE id = @Id AND played_at IS NULL",
            new { work.Now, viewing.Id },
            stop
        );
        if (first > 0)
            work.Append(
                new CustodyEvent.RecordingViewed(viewing.Recording, viewing.Id, Played, viewing.Purpose),
                viewing.Recording
            );
    }

    /// <summary>The viewing, if it is this account's, of this recording, and has not ended.</summary>
    public static async Task<Viewing?> Find(
        Reading reading,
        ViewingId id,
        Viewer viewer,
        RecordingId recording,
        Instant now,
        CancellationToken stop
    )
    {
        var found = await reading.One("SELECT * FROM viewing WHERE id = @id", new { id }, Read, stop);
        return found is not null && found.Recording == recording && found.Account == viewer.Account.Id && found.ExpiresAt > now
            ? found
            : null;
    }

    /// <summary>The account's present look at the recording, if it began a short while ago.</summary>
    public static Task<Viewing?> FindRecent(
        Reading reading,
        Viewer viewer,
        RecordingId recording,
        Instant now,
        CancellationToken stop,
        bool counted = false
    ) =>
        reading.One(
            """
            SELECT * FROM viewing WHERE recording = @recording AND account = @Id AND opened_at > @since AND expires_at > @now
                AND counted >= @counted
            ORDER BY opened_at DESC LIMIT 1
            """,
            new
            {
                recording,
                viewer.Account.Id,
                since = now - Viewing.Resumes,
                now,
                counted,
            },
            Read,
            stop
        );

    internal static string? PurposeOf(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null
        : text.Trim() is { Length: <= 500 } fits ? fits
        : text.Trim()[..500];

    static Viewing Read(Row row) =>
        new(
            row.Id<Nouns.Viewing>("id"),
            row.Id<Nouns.Recording>("recording"),
            row.Id<Nouns.Account>("account"),
            row.TextOrNull("purpose"),
            row.Time("opened_at"),
            row.Time("expires_at"),
            row.TimeOrNull("played_at"),
            row.Flag("counted")
        );
}
