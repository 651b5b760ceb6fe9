using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Live;

/// <summary>
/// A health professional who may be called. They have no account and no password: a personal link, which is theirs alone, and for
/// each sign-in a code that works once.
/// </summary>
/// <param name="Title">As the officer says it aloud: "crisis nurse".</param>
/// <param name="Employer">Whose health records they keep.</param>
/// <param name="HasLink">Whether a personal link works now.</param>
public sealed record Clinician(
    ClinicianId Id,
    string Name,
    string Title,
    string Employer,
    string? Phone,
    bool HasLink,
    Instant EnteredAt,
    Instant? LeftAt
)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public Actor Actor => new(ActorKind.Clinician, Id.Text, Name);
}

public static class Clinicians
{
    public static readonly Refusal NotFound = new("clinician-not-found", "There is no such clinician.", RefusalKind.NotFound);

    public static Task<Clinician?> Find(Reading reading, ClinicianId id, CancellationToken stop) =>
        reading.One("SELECT * FROM clinician WHERE id = @id", new { id }, From, stop);

    public static Task<Clinician?> FindByLink(Reading reading, string secret, CancellationToken stop) =>
        secret.Length is 0 or > 100
            ? Task.FromResult<Clinician?>(null)
            : reading.One(
                "SELECT * FROM clinician WHERE link_digest = @digest AND left_at IS NULL",
                new { digest = DigestOf(secret) },
                From,
                stop
            );

    /// <summary>In the order of their names; those who left last.</summary>
    public static async Task<IReadOnlyList<Clinician>> All(Reading reading, CancellationToken stop) =>
        [
            .. (await reading.Many("SELECT * FROM clinician", null, From, stop))
                .OrderBy(c => c.LeftAt is not null)
                .ThenBy(c => c.Name, StringComparer.OrdinalIgnoreCase),
        ];

    /// <exception cref="RefusedException">See <see cref="WhyNotEnter"/>.</exception>
    public static async Task<Clinician> Enter(
        Work work,
        string name,
        string title,
        string employer,
        string? phone,
        CancellationToken stop
    )
    {
        if (WhyNotEnter(name, title, employer, phone) is { } refusal)
            throw new RefusedException(refusal);
        var clinician = new Clinician(
            ClinicianId.New(),
            name.Trim(),
            title.Trim(),
            employer.Trim(),
            string.IsNullOrWhiteSpace(phone) ? null : phone.Trim(),
            false,
            work.Now,
            null
        );
        await work.Execute(
            "INSERT INTO clinician (id, name, title, employer, phone, entered_at) VALUES (@Id, @Name, @Title, @Employer, @Phone, @EnteredAt)",
            clinician,
            stop
        );
        work.Append(new CustodyEvent.ClinicianChanged(clinician.Id, clinician.Name, "entered"));
        return clinician;
    }

    public static Refusal? WhyNotEnter(string name, string title, string employer, string? phone) =>
        new[] { name, title, employer }.Any(t => t.Trim().Length is 0 or > 80)
            ? new("clinician-unreadable", "Give the clinician's name, title and employer, up to 80 characters each.")
        : phone?.Trim() is { Length: > 0 } number
        && (number.Length > 24 || number.Any(c => !char.IsAsciiDigit(c) && c is not ('+' or ' ' or '-')))
            ? new("phone-unreadable", "A phone number has digits, spaces, hyphens and a leading plus.")
        : null;

    /// <summary>
    /// A new personal link; the one before works no more, and neither do the keys that only it opened: clinical notes that the
    /// clinician has not taken into their health record can be read by nobody from then on.
    /// </summary>
    /// <returns>The secret of the link, which is in this answer and nowhere else.</returns>
    public static async Task<string> GiveLink(Work work, Clinician clinician, CancellationToken stop)
    {
        if (clinician.LeftAt is not null)
            throw new RefusedException(Left);
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await work.Execute(
            "UPDATE clinician SET link_digest = @digest WHERE id = @Id",
            new { digest = DigestOf(secret), clinician.Id },
            stop
        );
        await ClinicianSessions.EndAll(work, clinician.Id, stop);
        await PushSubscriptions.EndAll(work, clinician.Id, stop);
        work.Append(new CustodyEvent.ClinicianChanged(clinician.Id, clinician.Name, "given-a-link"));
        return secret;
    }

    /// <summary>The known link that a made-up clinician of a demo agency has for as long as nobody gives them one of their own.</summary>
    internal static string DemoLink(ClinicianId clinician) => $"demo-{clinician}";

    /// <summary>Those whom one click enters in a demo agency, in the order they were made.</summary>
    public static async Task<IReadOnlyList<Clinician>> OfDemo(Reading reading, CancellationToken stop) =>
        [
            .. (
                await reading.Many(
                    "SELECT * FROM clinician WHERE left_at IS NULL ORDER BY id LIMIT 50",
                    null,
                    row => (Clinician: From(row), Link: row.TextOrNull("link_digest")),
                    stop
                )
            )
                .Where(c => c.Link is null || c.Link == DigestOf(DemoLink(c.Clinician.Id)).ToString())
                .Select(c => c.Clinician),
        ];

    internal static Task GiveDemoLink(Work work, ClinicianId id, CancellationToken stop) =>
        work.Execute(
            "UPDATE clinician SET link_digest = @digest WHERE id = @id AND link_digest IS NULL",
            new { digest = DigestOf(DemoLink(id)), id },
            stop
        );

    /// <exception cref="RefusedException">They have left already.</exception>
    public static async Task Leave(Work work, Clinician clinician, CancellationToken stop)
    {
        if (clinician.LeftAt is not null)
            throw new RefusedException(Left);
        await work.Execute(
            "UPDATE clinician SET left_at = @Now, link_digest = NULL WHERE id = @Id",
            new { work.Now, clinician.Id },
            stop
        );
        await work.Execute("DELETE FROM shift WHERE clinician = @Id AND until_at > @Now", new { clinician.Id, work.Now }, stop);
        await ClinicianSessions.EndAll(work, clinician.Id, stop);
        await PushSubscriptions.EndAll(work, clinician.Id, stop);
        work.Append(new CustodyEvent.ClinicianChanged(clinician.Id, clinician.Name, "left"));
    }

    static readonly Refusal Left = new("clinician-left", "This clinician has left already.", RefusalKind.Conflict);

    static Digest DigestOf(string secret) => Digest.Of(Encoding.UTF8.GetBytes(secret));

    static Clinician From(Row row) =>
        new(
            row.Id<Nouns.Clinician>("id"),
            row.Text("name"),
            row.Text("title"),
            row.Text("employer"),
            row.TextOrNull("phone"),
            row.TextOrNull("link_digest") is not null,
            row.Time("entered_at"),
            row.TimeOrNull("left_at")
        );
}
