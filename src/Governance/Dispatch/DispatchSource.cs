using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lapel.Governance;

/// <summary>A word of the sender for a unit's status, and the moment that it means.</summary>
public sealed record StatusRule(string Status, Moment Moment);

/// <summary>A dispatch system that may send messages, known by a token.</summary>
/// <param name="Statuses">Its own words; <see cref="DispatchSources.UsualStatuses"/> are understood besides.</param>
public sealed record DispatchSource(
    Id<DispatchSource> Id,
    string Name,
    IReadOnlyList<StatusRule> Statuses,
    IReadOnlyList<ActivityRule> Activities,
    Instant MadeAt,
    Instant? RevokedAt
);

/// <summary>Dispatch systems and their tokens: 256 random bits, shown once, kept as a digest.</summary>
public static class DispatchSources
{
    const string Prefix = "lapel-dispatch-";

    public static readonly Refusal NotFound = new("source-not-found", "There is no such dispatch system.", RefusalKind.NotFound);
    public static readonly Refusal TokenWrong = new(
        "token-wrong",
        "Send the token of a dispatch system as \"Authorization: Bearer …\".",
        RefusalKind.SignInNeeded
    );

    /// <summary>Words for a unit's status that every sender may use; compared without case, spaces and hyphens.</summary>
    public static readonly IReadOnlyList<StatusRule> UsualStatuses =
    [
        new("Dispatched", Moment.Dispatched),
        new("Assigned", Moment.Dispatched),
        new("EnRoute", Moment.EnRoute),
        new("Responding", Moment.EnRoute),
        new("OnScene", Moment.Arrived),
        new("AtScene", Moment.Arrived),
        new("Arrived", Moment.Arrived),
        new("Cleared", Moment.Cleared),
        new("Clear", Moment.Cleared),
        new("Available", Moment.Cleared),
        new("InService", Moment.Cleared),
    ];

    public static Task<IReadOnlyList<DispatchSource>> All(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT * FROM dispatch_source ORDER BY id", null, Read, stop);

    public static async Task<(DispatchSource Source, string Token)> Make(
        Work work,
        AccountId by,
        string name,
        IReadOnlyList<StatusRule>? statuses,
        IReadOnlyList<ActivityRule>? activities,
        CancellationToken stop
    )
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 120)
            throw new RefusedException(new("name-missing", "A dispatch system's name has 1 to 120 characters."));
        if (statuses?.Count > 100 || activities?.Count > 500)
            throw new RefusedException(
                new("source-too-long", "A dispatch system has at most 100 words for statuses and 500 rules.")
            );
        var source = new DispatchSource(Id<DispatchSource>.New(), name.Trim(), statuses ?? [], activities ?? [], work.Now, null);
        var token = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await work.Execute(
            """
            INSERT INTO dispatch_source (id, name, token_digest, statuses, activities, made_by, made_at)
            VALUES (@id, @Name, @digest, @statuses, @activities, @by, @MadeAt)
            """,
            new
            {
                id = source.Id.Text,
                source.Name,
                digest = DigestOf(token),
                statuses = JsonSerializer.Serialize(source.Statuses, LapelJson.Lenient),
                activities = JsonSerializer.Serialize(source.Activities, LapelJson.Lenient),
                by,
                source.MadeAt,
            },
            stop
        );
        return (source, token);
    }

    public static async Task Revoke(Work work, Id<DispatchSource> id, CancellationToken stop)
    {
        var changed = await work.Execute(
            "UPDATE dispatch_source SET revoked_at = @Now WHERE id = @id AND revoked_at IS NULL",
            new { id = id.Text, work.Now },
            stop
        );
        if (changed == 0)
            throw new RefusedException(NotFound);
    }

    /// <summary>Whose token it is; none when nobody's, or one that was taken back.</summary>
    internal static async Task<DispatchSource?> OfToken(Reading reading, string authorization, CancellationToken stop)
    {
        const string Bearer = "Bearer ";
        if (!authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return null;
        var token = authorization[Bearer.Length..].Trim();
        return token.StartsWith(Prefix, StringComparison.Ordinal) && token.Length < 200
            ? await reading.One(
                "SELECT * FROM dispatch_source WHERE token_digest = @digest AND revoked_at IS NULL",
                new { digest = DigestOf(token) },
                Read,
                stop
            )
            : null;
    }

    static Digest DigestOf(string token) => Digest.Of(Encoding.UTF8.GetBytes(token));

    /// <summary>The moment that the first status means that anybody understands.</summary>
    public static Moment? MomentOf(IEnumerable<StatusRule> rules, IEnumerable<string> statuses)
    {
        foreach (var status in statuses)
            if (rules.Concat(UsualStatuses).FirstOrDefault(r => Plain(r.Status) == Plain(status)) is { } rule)
                return rule.Moment;
        return null;
    }

    static string Plain(string status) => string.Concat(status.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    static DispatchSource Read(Row row) =>
        new(
            Id<DispatchSource>.Parse(row.Text("id")),
            row.Text("name"),
            row.Json<List<StatusRule>>("statuses"),
            row.Json<List<ActivityRule>>("activities"),
            row.Time("made_at"),
            row.TimeOrNull("revoked_at")
        );
}
