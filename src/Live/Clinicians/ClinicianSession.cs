using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Live;

/// <summary>
/// A clinician's signed-in browser. It reaches the pages under /consult and nothing else, and carries the key to the clinician's own
/// notes: the server holds that key only encrypted to the token, which is in the browser.
/// </summary>
public sealed record ClinicianSession(Clinician Clinician, Digest Id, Instant ExpiresAt, string Token)
{
    internal byte[] SealedNoteKey { get; init; } = [];

    public Actor Actor => Clinician.Actor;
}

public static class ClinicianSessions
{
    public const string CookieName = "lapel-consult";
    public static readonly Duration Longest = Duration.FromHours(12);

    // A clinician waits for hours with the page open; the page's own event stream keeps it alive.
    public static readonly Duration Idle = Duration.FromHours(2);
    static readonly Duration NoteEvery = Duration.FromSeconds(30);

    internal static async Task<(Digest Id, string Token)> Start(
        Work work,
        Clinician clinician,
        Func<string, byte[]> sealNoteKey,
        string address,
        CancellationToken stop
    )
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await work.Execute("DELETE FROM clinician_session WHERE expires_at <= @Now", new { work.Now }, stop);
        await work.Execute(
            """
            INSERT INTO clinician_session (token_digest, clinician, started_at, seen_at, expires_at, note_key, address)
            VALUES (@id, @Clinician, @Now, @Now, @expires, @key, @address)
            """,
            new
            {
                id = DigestOf(token),
                Clinician = clinician.Id,
                work.Now,
                expires = work.Now + Longest,
                key = sealNoteKey(token),
                address,
            },
            stop
        );
        work.Append(new CustodyEvent.ClinicianSignedIn(clinician.Id));
        return (DigestOf(token), token);
    }

    public static async Task<ClinicianSession?> Recognise(
        AgencyRecords records,
        string token,
        Instant now,
        CancellationToken stop
    )
    {
        if (token.Length != 43)
            return null;
        await using var reading = await records.Read(stop);
        var found = await reading.One(
            "SELECT * FROM clinician_session WHERE token_digest = @id AND expires_at > @now AND seen_at > @idle",
            new
            {
                id = DigestOf(token),
                now,
                idle = now - Idle,
            },
            row => new Kept(
                row.Id<Nouns.Clinician>("clinician"),
                row.Digest("token_digest"),
                row.Time("seen_at"),
                row.Time("expires_at"),
                row.Bytes("note_key")
            ),
            stop
        );
        if (found is null || await Clinicians.Find(reading, found.Clinician, stop) is not { LeftAt: null } clinician)
            return null;
        if (now - found.SeenAt >= NoteEvery)
        {
            await reading.DisposeAsync();
            await using var work = await records.Begin(Actor.System("clinicians"), stop);
            await work.Execute(
                "UPDATE clinician_session SET seen_at = @now WHERE token_digest = @Id AND seen_at < @now",
                new { now, found.Id },
                stop
            );
            await work.Commit(stop);
        }
        return new(clinician, found.Id, found.ExpiresAt, token) { SealedNoteKey = found.NoteKey };
    }

    sealed record Kept(ClinicianId Clinician, Digest Id, Instant SeenAt, Instant ExpiresAt, byte[] NoteKey);

    internal static Task End(Work work, Digest session, CancellationToken stop) =>
        work.Execute("DELETE FROM clinician_session WHERE token_digest = @session", new { session }, stop);

    internal static Task EndAll(Work work, ClinicianId clinician, CancellationToken stop) =>
        work.Execute("DELETE FROM clinician_session WHERE clinician = @clinician", new { clinician }, stop);

    static Digest DigestOf(string token) => Digest.Of(Encoding.ASCII.GetBytes(token));
}
