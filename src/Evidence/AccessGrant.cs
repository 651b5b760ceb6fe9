namespace Lapel.Evidence;

/// <summary>Access to one recording for one account, given by a person, for a reason, usually until a day. Never deleted.</summary>
/// <param name="GrantedBy">The account that gave it.</param>
/// <param name="Until">None: until it is revoked.</param>
public sealed record AccessGrant(
    long Number,
    AccountId Account,
    RecordingId Recording,
    string Reason,
    AccountId GrantedBy,
    Instant GrantedAt,
    Instant? Until,
    Instant? RevokedAt,
    string? RevokeReason
)
{
    public bool StandsAt(Instant now) => RevokedAt is null && (Until is null || Until > now);
}

public static class AccessGrants
{
    /// <summary>The account's grants for the recording, standing or not, oldest first.</summary>
    public static Task<IReadOnlyList<AccessGrant>> Of(
        Reading reading,
        AccountId account,
        RecordingId recording,
        CancellationToken stop
    ) =>
        reading.Many(
            "SELECT * FROM access_grant WHERE recording = @recording AND account = @account ORDER BY number",
            new { account, recording },
            Read,
            stop
        );

    public static Task<IReadOnlyList<AccessGrant>> Of(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.Many("SELECT * FROM access_grant WHERE recording = @recording ORDER BY number", new { recording }, Read, stop);

    /// <exception cref="RefusedException">See <see cref="WhyNotGive"/>.</exception>
    public static async Task<AccessGrant> Give(
        Work work,
        AccountId giver,
        Account? to,
        RecordingId recording,
        string? reason,
        Instant? until,
        CancellationToken stop
    )
    {
        var before = to is null ? [] : await Of(work, to.Id, recording, stop);
        if (WhyNotGive(giver, to, reason, until, before, work.Now) is { } refusal)
            throw new RefusedException(refusal);
        var number = await work.One(
            """
            INSERT INTO access_grant (account, recording, reason, granted_by, granted_at)
            VALUES (@to, @recording, @reason, @giver, @Now) RETURNING number
            """,
            new
            {
                to = to!.Id,
                recording,
                reason = reason!.Trim(),
                giver,
                work.Now,
            },
            row => row.Number("number"),
            stop
        );
        if (until is not null)
            await work.Execute("UPDATE access_grant SET until = @until WHERE number = @number", new { number, until }, stop);
        work.Append(new CustodyEvent.AccessGranted(to.Id, recording, reason.Trim(), until), recording);
        return new(number, to.Id, recording, reason.Trim(), giver, work.Now, until, null, null);
    }

    public static Refusal? WhyNotGive(
        AccountId giver,
        Account? to,
        string? reason,
        Instant? until,
        IEnumerable<AccessGrant> before,
        Instant now
    )
    {
        if (to is null || to.DisabledAt is not null)
            return new("account-not-found", "There is no such account that can sign in.", RefusalKind.NotFound);
        if (to.Id == giver)
            return new("grant-to-oneself", "Nobody gives access to themselves. Ask a colleague.", RefusalKind.Forbidden);
        if (to.Role == Role.Administrator)
            return new(
                "grant-to-administrator",
                "Administrators run the system and see no recordings. Give access to an account in another role.",
                RefusalKind.Rejected
            );
        if (string.IsNullOrWhiteSpace(reason) || reason.Trim().Length > 500)
            return new("reason-needed", "Say why in 1 to 500 characters: the reason is kept in the custody log.");
        if (until <= now)
            return new("until-passed", "That day has passed already. Choose a later one, or none.");
        return before.Any(g => g.StandsAt(now))
            ? new(
                "grant-stands",
                $"{to.FullName} has access already. Revoke that grant first to change it.",
                RefusalKind.Conflict
            )
            : null;
    }

    /// <exception cref="RefusedException">No such grant of that recording, revoked already, or no reason.</exception>
    public static async Task Revoke(
        Work work,
        AccountId by,
        RecordingId recording,
        long number,
        string? reason,
        CancellationToken stop
    )
    {
        var found = (await Of(work, recording, stop)).FirstOrDefault(g => g.Number == number);
        if (found is null)
            throw new RefusedException(new("grant-not-found", "There is no such grant.", RefusalKind.NotFound));
        if (found.RevokedAt is not null)
            throw new RefusedException(new("grant-revoked", "That access has been revoked already.", RefusalKind.Conflict));
        if (string.IsNullOrWhiteSpace(reason) || reason.Trim().Length > 500)
            throw new RefusedException(
                new("reason-needed", "Say why in 1 to 500 characters: the reason is kept in the custody log.")
            );
        await work.Execute(
            "UPDATE access_grant SET revoked_at = @Now, revoked_by = @by, revoke_reason = @reason WHERE number = @number",
            new
            {
                work.Now,
                by,
                reason = reason.Trim(),
                number,
            },
            stop
        );
        work.Append(new CustodyEvent.AccessRevoked(found.Account, recording, reason.Trim()), recording);
    }

    static AccessGrant Read(Row row) =>
        new(
            row.Number("number"),
            row.Id<Nouns.Account>("account"),
            row.Id<Nouns.Recording>("recording"),
            row.Text("reason"),
            row.Id<Nouns.Account>("granted_by"),
            row.Time("granted_at"),
            row.TimeOrNull("until"),
            row.TimeOrNull("revoked_at"),
            row.TextOrNull("revoke_reason")
        );
}
