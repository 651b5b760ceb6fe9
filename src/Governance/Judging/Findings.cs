using System.Security.Cryptography;
using System.Text;

namespace Lapel.Governance;

/// <summary>Findings in the records.</summary>
public static class Findings
{
    public static readonly Refusal NotFound = new("finding-not-found", "There is no such finding.", RefusalKind.NotFound);

    /// <summary>
    /// The same gap has the same id however often it is judged: SHA-256 of what it is about, cut to a UUID of version 8 (RFC 9562,
    /// 5.8). What people said about a finding hangs on this id.
    /// </summary>
    /// <param name="about">The attendance's id, or the recording's for findings about a recording alone.</param>
    /// <param name="nth">
    /// For states their place in the recording's list; for gaps 0, 1, 2… of those after the same recording; else 0. Chosen so that a fact
    /// that comes later never moves what was said about one gap to another.
    /// </param>
    public static FindingId IdOf(FindingKind kind, string about, RecordingId? recording, int nth)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{Words<FindingKind>.Of(kind)} {about} {recording?.Text} {nth}"), digest);
        digest[6] = (byte)((digest[6] & 0x0f) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3f) | 0x80);
        return FindingId.Parse(new Guid(digest[..16], bigEndian: true).ToString("D"));
    }

    /// <summary>The finding, whoever may see it: ask <see cref="WhoSees"/> before showing anything of it.</summary>
    public static Task<StoodFinding?> Find(Reading reading, FindingId id, CancellationToken stop) =>
        reading.One("SELECT * FROM finding WHERE id = @id", new { id }, ReadStood, stop);

    /// <summary>All of an attendance that hold, in order of time.</summary>
    public static Task<IReadOnlyList<Finding>> OfAttendance(Reading reading, AttendanceId attendance, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM finding WHERE attendance = @attendance AND withdrawn = 0 ORDER BY from_at, id",
            new { attendance },
            Read,
            stop
        );

    /// <summary>All of the officer's earlier attendances that hold seconds of this one too: they are said there and not here.</summary>
    public static Task<IReadOnlyList<Finding>> HeldElsewhere(
        Reading reading,
        OfficerId officer,
        AttendanceId attendance,
        CancellationToken stop
    ) =>
        reading.Many(
            "SELECT * FROM finding WHERE officer = @officer AND withdrawn = 0 AND also LIKE @named ORDER BY from_at, id",
            new { officer, named = $"%{attendance}%" },
            Read,
            stop
        );

    /// <summary>All that hold and are about a recording, or about an attendance that it belongs to, in order of time.</summary>
    public static Task<IReadOnlyList<Finding>> OfRecording(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM finding WHERE recording = @recording AND withdrawn = 0 ORDER BY from_at, id",
            new { recording },
            Read,
            stop
        );

    /// <summary>A page of them, newest first.</summary>
    public static async Task<FoundFindings> Of(Reading reading, FindingQuery query, CancellationToken stop)
    {
        var (sql, args) = query.ToSql();
        var rows = await reading.Many(sql, args, ReadStood, stop);
        var more = rows.Count > query.Size;
        var shown = more ? rows.Take(query.Size).ToList() : rows;
        return new(shown, more ? new(shown[^1].Finding.From, shown[^1].Finding.Id) : null);
    }

    internal static StoodFinding ReadStood(Row row) => new(Read(row), row.Flag("withdrawn"));

    internal static Finding Read(Row row) =>
        new(
            row.Id<Nouns.Finding>("id"),
            row.Word<FindingKind>("kind"),
            row.IdOrNull<Nouns.Attendance>("attendance"),
            row.IdOrNull<Nouns.Recording>("recording"),
            row.Id<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Unit>("unit"),
            row.Time("from_at"),
            row.Time("until_at"),
            row.TextOrNull("reason"),
            row.TextOrNull("breach"),
            (int)row.Number("policy")
        )
        {
            Also = row.TextOrNull("also"),
        };
}
