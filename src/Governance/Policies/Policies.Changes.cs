namespace Lapel.Governance;

// How a version comes about. Who does it is the work's actor: nobody can approve in another's name.
public static partial class Policies
{
    const string Untitled = "Untitled draft";

    /// <param name="basedOn">What it was made from, in words, for its history.</param>
    /// <exception cref="RefusedException">See <see cref="PolicyDecisions.WhyNotKeep"/>.</exception>
    public static async Task<PolicyVersion> Draft(Work work, string text, string basedOn, CancellationToken stop)
    {
        text = PolicyText.Tidied(text);
        Throw(PolicyDecisions.WhyNotKeep(text));
        var version = new PolicyVersion(
            PolicyVersionId.New(),
            null,
            PolicyState.Draft,
            NameIn(text) ?? Untitled,
            text,
            PolicyText.DigestOf(text),
            By(work),
            work.Now,
            null,
            null
        );
        await work.Execute(
            """
            INSERT INTO policy_version (id, state, name, text, digest, drafted_by, drafted_at)
            VALUES (@Id, @state, @Name, @Text, @Digest, @DraftedBy, @DraftedAt)
            """,
            new
            {
                version.Id,
                state = Words<PolicyState>.Of(PolicyState.Draft),
                version.Name,
                version.Text,
                version.Digest,
                version.DraftedBy,
                version.DraftedAt,
            },
            stop
        );
        await Note(work, version.Id, PolicyStep.Drafted, basedOn, stop);
        return version;
    }

    /// <param name="seen">Digest of the text that the writer began from.</param>
    /// <exception cref="RefusedException">See <see cref="PolicyDecisions.WhyNotEdit"/>.</exception>
    public static async Task<PolicyVersion> Edit(Work work, PolicyVersionId id, string text, Digest seen, CancellationToken stop)
    {
        var version = await Take(work, id, stop);
        text = PolicyText.Tidied(text);
        Throw(PolicyDecisions.WhyNotEdit(version, seen) ?? PolicyDecisions.WhyNotKeep(text));
        version = version with
        {
            Name = NameIn(text) ?? version.Name,
            Text = text,
            Digest = PolicyText.DigestOf(text),
            DraftedBy = By(work),
            DraftedAt = work.Now,
        };
        await work.Execute(
            """
            UPDATE policy_version SET name = @Name, text = @Text, digest = @Digest, drafted_by = @DraftedBy, drafted_at = @DraftedAt
            WHERE id = @Id
            """,
            new
            {
                version.Id,
                version.Name,
                version.Text,
                version.Digest,
                version.DraftedBy,
                version.DraftedAt,
            },
            stop
        );
        return version;
    }

    /// <summary>Fixes the text and asks for two approvals.</summary>
    /// <exception cref="RefusedException">See <see cref="PolicyDecisions.WhyNotPropose"/>.</exception>
    public static async Task<PolicyVersion> Propose(
        Work work,
        PolicyVersionId id,
        Digest seen,
        Instant effectiveFrom,
        string note,
        CancellationToken stop
    )
    {
        var version = await Take(work, id, stop);
        var troubles = PolicyText.WhyNotValid(version.Text);
        var newest = await Newest(work, stop);
        Throw(
            PolicyDecisions.WhyNotEdit(version, seen)
                ?? PolicyDecisions.WhyNotPropose(version, troubles, newest, effectiveFrom, note, work.Now)
        );
        version = version with { State = PolicyState.Proposed, EffectiveFrom = effectiveFrom, Note = note.Trim() };
        await work.Execute(
            "UPDATE policy_version SET state = @state, effective_from = @EffectiveFrom, note = @Note WHERE id = @Id",
            new
            {
                version.Id,
                state = Words<PolicyState>.Of(version.State),
                version.EffectiveFrom,
                version.Note,
            },
            stop
        );
        await Note(work, id, PolicyStep.Proposed, version.Note, stop);
        work.Append(new CustodyEvent.PolicyProposed(id, version.Name, version.Digest, effectiveFrom, version.Note));
        return version;
    }

    /// <summary>The actor stands for exactly this text; with the second person it is adopted.</summary>
    /// <exception cref="RefusedException">See <see cref="PolicyDecisions.WhyNotApprove"/>.</exception>
    public static async Task<PolicyVersion> Approve(Work work, PolicyVersionId id, Digest seen, CancellationToken stop)
    {
        var version = await Take(work, id, stop);
        var by = By(work);
        var officer = (await Accounts.Find(work, by, stop))?.Officer;
        var approvals = await ApprovalsOf(work, id, stop);
        var troubles = PolicyText.WhyNotValid(version.Text);
        Throw(PolicyDecisions.WhyNotApprove(version, troubles, await Newest(work, stop), approvals, by, officer, seen, work.Now));
        await work.Execute(
            "INSERT INTO policy_approval (version, account, officer, name, digest, at) VALUES (@id, @by, @officer, @Name, @Digest, @Now)",
            new
            {
                id,
                by,
                officer,
                work.Actor.Name,
                version.Digest,
                work.Now,
            },
            stop
        );
        work.Append(new CustodyEvent.PolicyApproved(id, version.Digest));
        approvals = [.. approvals, new(by, officer, work.Actor.Name, version.Digest, work.Now)];
        return PolicyDecisions.IsAdopted(version, approvals) ? await Adopt(work, version, stop) : version;
    }

    /// <exception cref="RefusedException">See <see cref="PolicyDecisions.WhyNotWithdraw"/>.</exception>
    public static async Task<PolicyVersion> Withdraw(Work work, PolicyVersionId id, string reason, CancellationToken stop)
    {
        var version = await Take(work, id, stop);
        Throw(PolicyDecisions.WhyNotWithdraw(version, reason));
        version = version with { State = PolicyState.Withdrawn };
        await work.Execute(
            "UPDATE policy_version SET state = @state WHERE id = @id",
            new { id, state = Words<PolicyState>.Of(version.State) },
            stop
        );
        await Note(work, id, PolicyStep.Withdrawn, reason.Trim(), stop);
        work.Append(new CustodyEvent.PolicyWithdrawn(id, reason.Trim()));
        return version;
    }

    static async Task<PolicyVersion> Adopt(Work work, PolicyVersion version, CancellationToken stop)
    {
        var number = ((await Newest(work, stop))?.Number ?? 0) + 1;
        version = version with { State = PolicyState.Adopted, Number = number };
        await work.Execute(
            "UPDATE policy_version SET state = @state, number = @number WHERE id = @Id",
            new
            {
                version.Id,
                state = Words<PolicyState>.Of(version.State),
                number,
            },
            stop
        );
        await Note(work, version.Id, PolicyStep.Adopted, null, stop);
        work.Append(new CustodyEvent.PolicyAdopted(version.Id, number, version.Digest, version.EffectiveFrom!.Value));
        await JudgeAgain(work, version.EffectiveFrom.Value, stop);
        return version;
    }

    // Whatever began under another version, or under none, and now belongs to this one. Attendances have the dispatch system's clock,
    // which may be off: an hour more does no harm.
    static async Task JudgeAgain(Work work, Instant from, CancellationToken stop)
    {
        var slack = Duration.FromHours(1);
        var touched = await work.Many(
            """
            SELECT officer, MIN(begins) AS begins, MAX(ends) AS ends FROM (
                SELECT officer, begins_at AS begins, COALESCE(cleared_at, begins_at) AS ends FROM attendance
                WHERE officer IS NOT NULL AND begins_at >= @from
                UNION ALL
                SELECT officer, from_at AS begins, until_at AS ends FROM recorded WHERE until_at >= @from
            ) t GROUP BY officer
            """,
            new { from = from - slack },
            row => (Officer: row.Id<Nouns.Officer>("officer"), From: row.Time("begins"), Until: row.Time("ends")),
            stop
        );
        foreach (var (officer, begins, ends) in touched)
            await Due.Say(work, officer, begins - slack, ends + slack, stop);
    }

    // Rules about several versions need one writer at a time; SQLite has only one.
    static async Task<PolicyVersion> Take(Work work, PolicyVersionId id, CancellationToken stop)
    {
        if (work.Engine == Engine.Postgres)
            await work.Execute("LOCK TABLE policy_version IN SHARE ROW EXCLUSIVE MODE", null, stop);
        return await Find(work, id, stop) ?? throw new RefusedException(PolicyDecisions.NotFound);
    }

    static Task<PolicyVersion?> Newest(Reading reading, CancellationToken stop) =>
        reading.One("SELECT * FROM policy_version WHERE state = 'adopted' ORDER BY number DESC LIMIT 1", null, FromRow, stop);

    static Task Note(Work work, PolicyVersionId version, PolicyStep step, string? note, CancellationToken stop) =>
        work.Execute(
            "INSERT INTO policy_step (version, step, account, name, at, note) VALUES (@version, @step, @by, @Name, @Now, @note)",
            new
            {
                version,
                step = Words<PolicyStep>.Of(step),
                by = By(work),
                work.Actor.Name,
                work.Now,
                note,
            },
            stop
        );

    static AccountId By(Work work) =>
        work.Actor.Kind == ActorKind.Account && AccountId.TryParse(work.Actor.Id, null, out var id)
            ? id
            : throw new InvalidOperationException("A policy is written, proposed and approved by people.");

    static string? NameIn(string text) => PolicyText.Check(text).Policy?.Name is { Length: > 0 } name ? name : null;

    static void Throw(Refusal? refusal)
    {
        if (refusal is not null)
            throw new RefusedException(refusal);
    }
}
