using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Roster;

public enum Carrier
{
    Cookie,
    Bearer,
}

/// <summary>One signed-in browser or program. It is named by its token's digest, which tells nobody the token.</summary>
public sealed record Session(
    Digest Id,
    AccountId Account,
    Carrier Carrier,
    Instant StartedAt,
    Instant SeenAt,
    Instant ExpiresAt,
    string Address,
    string Browser
);

public static class Sessions
{
    /// <summary>NIST SP 800-63B-4, 2.2.3: at most an hour idle; and no longer than a shift.</summary>
    public static readonly Duration Idle = Duration.FromHours(1);
    public static readonly Duration Longest = Duration.FromHours(12);

    // Noting every request would be a write to the disk for every picture; a minute is exact enough for an hour.
    static readonly Duration NoteEvery = Duration.FromMinutes(1);

    /// <returns>The token: 256 random bits as 43 characters of base64url. It is in this answer and nowhere else.</returns>
    public static async Task<(Session Session, string Token)> Start(
        Work work,
        Account account,
        Carrier carrier,
        string method,
        string address,
        string browser,
        CancellationToken stop
    )
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var session = new Session(
            DigestOf(token),
            account.Id,
            carrier,
            work.Now,
            work.Now,
            work.Now + Longest,
            address,
            browser.Length > 200 ? browser[..200] : browser
        );
        await work.Execute(
            "DELETE FROM session WHERE expires_at <= @Now OR seen_at <= @idle",
            new { work.Now, idle = work.Now - Idle },
            stop
        );
        await work.Execute(
            """
            INSERT INTO session (token_digest, account, carrier, started_at, seen_at, expires_at, address, browser)
            VALUES (@Id, @Account, @carrier, @StartedAt, @SeenAt, @ExpiresAt, @Address, @Browser)
            """,
            new
            {
                session.Id,
                session.Account,
                carrier = Words<Carrier>.Of(carrier),
                session.StartedAt,
                session.SeenAt,
                session.ExpiresAt,
                session.Address,
                session.Browser,
            },
            stop
        );
        work.Append(new CustodyEvent.SignedIn(account.Id, method));
        return (session, token);
    }

    /// <summary>The viewer that a token stands for; none when it is unknown, expired, of another carrier or its account is disabled.</summary>
    public static async Task<Viewer?> Recognise(
        Reading reading,
        string token,
        Carrier carrier,
        Instant now,
        CancellationToken stop
    )
    {
        if (token.Length != 43)
            return null;
        var found = await reading.One(
            $"""
            SELECT session.*, {string.Join(", ", Accounts.Columns.Split(", ").Select(c => "account." + c))}
            FROM session JOIN account ON account.id = session.account
            WHERE token_digest = @digest AND carrier = @carrier AND expires_at > @now AND seen_at > @idle AND disabled_at IS NULL
            """,
            new
            {
                digest = DigestOf(token),
                carrier = Words<Carrier>.Of(carrier),
                now,
                idle = now - Idle,
            },
            row => (Session: From(row), Account: Accounts.From(row)),
            stop
        );
        if (found.Session is null)
            return null;
        return new(found.Account, await Roles.Of(reading, found.Account.Role, stop)) { Session = found.Session };
    }

    /// <summary>Notes that the session is in use, if that was not noted just now.</summary>
    public static async Task Note(AgencyRecords records, Session session, Instant now, CancellationToken stop)
    {
        if (now - session.SeenAt < NoteEvery)
            return;
        await using var work = await records.Begin(Actor.System("sessions"), stop);
        await work.Execute(
            "UPDATE session SET seen_at = @now WHERE token_digest = @Id AND seen_at < @now",
            new { now, session.Id },
            stop
        );
        await work.Commit(stop);
    }

    /// <summary>Sessions of an account that can still be used, the latest first.</summary>
    public static Task<IReadOnlyList<Session>> Of(Reading reading, AccountId account, Instant now, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM session WHERE account = @account AND expires_at > @now AND seen_at > @idle ORDER BY started_at DESC, token_digest",
            new
            {
                account,
                now,
                idle = now - Idle,
            },
            From,
            stop
        );

    /// <param name="how">sign-out, ended, ended-by-administrator, account-disabled or password-changed.</param>
    /// <returns>Whether there was such a session of that account.</returns>
    public static async Task<bool> End(Work work, AccountId account, Digest session, string how, CancellationToken stop)
    {
        var ended = await work.Execute(
            "DELETE FROM session WHERE token_digest = @session AND account = @account",
            new { session, account },
            stop
        );
        if (ended > 0)
            work.Append(new CustodyEvent.SignedOut(account, how));
        return ended > 0;
    }

    internal static async Task EndAll(Work work, AccountId account, Digest? except, string how, CancellationToken stop)
    {
        foreach (var session in await Of(work, account, work.Now, stop))
            if (session.Id != except)
                await End(work, account, session.Id, how, stop);
    }

    public static readonly Refusal NotFound = new(
        "session-not-found",
        "There is no such session; it may have ended.",
        RefusalKind.NotFound
    );

    static Digest DigestOf(string token) => Digest.Of(Encoding.ASCII.GetBytes(token));

    static Session From(Row row) =>
        new(
            row.Digest("token_digest"),
            row.Id<Nouns.Account>("account"),
            row.Word<Carrier>("carrier"),
            row.Time("started_at"),
            row.Time("seen_at"),
            row.Time("expires_at"),
            row.Text("address"),
            row.Text("browser")
        );
}
