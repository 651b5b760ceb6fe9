using System.Text;

namespace Lapel.Live;

/// <summary>One note of a clinician about a consult. It belongs to the health side: no police record, page, log or export has it.</summary>
public sealed record ClinicalNote(NoteId Id, ConsultId Consult, Instant WrittenAt, string Text);

/// <summary>
/// The store of clinical notes: a database file of its own, in a folder of its own, holding only sealed bytes. Every way in takes a
/// <see cref="ClinicianSession"/>, since only that opens a note; there is no other.
/// </summary>
public sealed class ClinicalNotes(AgencyFolder folder, NoteKeys keys, TimeProvider clock) : ICloses
{
    public const int MostLength = 8000;

    public static readonly Refusal Unreadable = new(
        "notes-unreadable",
        "These notes cannot be opened with your present link, or their key was destroyed.",
        RefusalKind.Conflict
    );

    readonly Lazy<AgencyRecords> store = new(() => AgencyRecords.OnDisk(Path.Combine(folder.Clinical, "notes.db"), clock));
    readonly SemaphoreSlim making = new(1, 1);
    bool made;

    public static Refusal? WhyNotWrite(Consult consult, ClinicianSession session, string text) =>
        consult.Clinician != session.Clinician.Id ? Consults.NotFound
        : text.Trim().Length is 0 ? new("note-empty", "Write something first.")
        : text.Length > MostLength ? new("note-too-long", "A note has at most 8,000 characters.")
        : null;

    /// <exception cref="RefusedException">See <see cref="WhyNotWrite"/>.</exception>
    public async Task<ClinicalNote> Write(ClinicianSession session, Consult consult, string text, CancellationToken stop)
    {
        WhyNotWrite(consult, session, text).Throw();
        var key = keys.OfConsult(session, consult.Id, make: true) ?? throw new RefusedException(Unreadable);
        var note = new ClinicalNote(NoteId.New(), consult.Id, clock.Now(), text.Trim());
        await using var work = await (await Store(stop)).Begin(session.Actor, stop);
        await work.Execute(
            "INSERT INTO note (id, consult, written_at, sealed) VALUES (@Id, @Consult, @WrittenAt, @bytes)",
            new
            {
                note.Id,
                note.Consult,
                note.WrittenAt,
                bytes = NoteKeys.Seal(Encoding.UTF8.GetBytes(note.Text), key, note.Id.Text),
            },
            stop
        );
        await work.Commit(stop);
        return note;
    }

    /// <summary>The clinician's own notes about the consult, oldest first; none of somebody else's.</summary>
    /// <exception cref="RefusedException">Their key is gone.</exception>
    public async Task<IReadOnlyList<ClinicalNote>> Read(ClinicianSession session, Consult consult, CancellationToken stop)
    {
        if (consult.Clinician != session.Clinician.Id || !File.Exists(Path.Combine(folder.Clinical, "notes.db")))
            return [];
        await using var reading = await (await Store(stop)).Read(stop);
        var rows = await reading.Many(
            "SELECT * FROM note WHERE consult = @Id ORDER BY id",
            new { consult.Id },
            row => (Id: row.Id<Nouns.Note>("id"), At: row.Time("written_at"), Sealed: row.Bytes("sealed")),
            stop
        );
        if (rows.Count == 0)
            return [];
        var key = keys.OfConsult(session, consult.Id, make: false) ?? throw new RefusedException(Unreadable);
        return
        [
            .. rows.Select(r => new ClinicalNote(
                r.Id,
                consult.Id,
                r.At,
                Encoding.UTF8.GetString(NoteKeys.Open(r.Sealed, key, r.Id.Text))
            )),
        ];
    }

    /// <summary>Destroys the notes of a consult by destroying their key; the sealed rows are deleted after it.</summary>
    public async Task Destroy(ClinicianSession session, Consult consult, CancellationToken stop)
    {
        if (consult.Clinician != session.Clinician.Id)
            throw new RefusedException(Consults.NotFound);
        keys.Destroy(consult.Id);
        await using var work = await (await Store(stop)).Begin(session.Actor, stop);
        await work.Execute("DELETE FROM note WHERE consult = @Id", new { consult.Id }, stop);
        await work.Commit(stop);
    }

    async Task<AgencyRecords> Store(CancellationToken stop)
    {
        if (made)
            return store.Value;
        await making.WaitAsync(stop);
        try
        {
            Directory.CreateDirectory(folder.Clinical, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await using var work = await store.Value.Begin(Actor.System("notes"), stop);
            await work.Execute(
                """
                CREATE TABLE IF NOT EXISTS note (
                    id TEXT PRIMARY KEY,         -- UUIDv7
                    consult TEXT NOT NULL,       -- whose key opens it
                    written_at BIGINT NOT NULL,  -- microseconds, server clock
                    sealed BLOB NOT NULL         -- nonce, AES-256-GCM ciphertext of the UTF-8 text, tag; associated data: the note's id
                )
                """,
                null,
                stop
            );
            await work.Commit(stop);
            made = true;
            return store.Value;
        }
        finally
        {
            making.Release();
        }
    }

    public async ValueTask Close()
    {
        if (store.IsValueCreated)
            await store.Value.Close();
        making.Dispose();
    }
}
