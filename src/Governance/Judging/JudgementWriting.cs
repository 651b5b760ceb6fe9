namespace Lapel.Governance;

/// <summary>What judging writes, with statements that are parsed once for a whole unit of work.</summary>
sealed class JudgementWriting(Work work) : IAsyncDisposable
{
    readonly Statement judgement = work.Prepare(
        """
        INSERT INTO judgement (attendance, incident, officer, unit, policy, trigger_id, begins_at, from_at, until_at, outcome,
            covered_us, excused_us, excuse, recordings, whole, notice, trouble, again_at)
        VALUES (@attendance, @incident, @officer, @unit, @policy, @trigger, @begins, @from, @until, @outcome,
            @covered, @excused, @excuse, @recordings, @whole, @notice, @trouble, @again)
        ON CONFLICT (officer, attendance) DO UPDATE SET incident = excluded.incident, unit = excluded.unit,
            policy = excluded.policy, trigger_id = excluded.trigger_id, begins_at = excluded.begins_at,
            from_at = excluded.from_at, until_at = excluded.until_at, outcome = excluded.outcome,
            covered_us = excluded.covered_us, excused_us = excluded.excused_us, excuse = excluded.excuse,
            recordings = excluded.recordings, whole = excluded.whole, notice = excluded.notice, trouble = excluded.trouble,
            again_at = excluded.again_at
        """,
        [
            "attendance",
            "incident",
            "officer",
            "unit",
            "policy",
            "trigger",
            "begins",
            "from",
            "until",
            "outcome",
            "covered",
            "excused",
            "excuse",
            "recordings",
            "whole",
            "notice",
            "trouble",
            "again",
        ]
    );
    readonly Statement removal = work.Prepare(
        "DELETE FROM judgement WHERE officer = @officer AND attendance = @attendance",
        "officer",
        "attendance"
    );
    readonly Statement wait = work.Prepare(
        """
        INSERT INTO recording_wait (officer, recording, began_at, again_at) VALUES (@officer, @recording, @began, @again)
        ON CONFLICT (officer, recording) DO UPDATE SET began_at = excluded.began_at, again_at = excluded.again_at
        """,
        "officer",
        "recording",
        "began",
        "again"
    );
    readonly Statement waitRemoval = work.Prepare(
        "DELETE FROM recording_wait WHERE officer = @officer AND recording = @recording",
        "officer",
        "recording"
    );
    readonly Statement finding = work.Prepare(
        """
        INSERT INTO finding (id, kind, attendance, recording, officer, unit, from_at, until_at, reason, breach, policy, also,
            withdrawn)
        VALUES (@id, @kind, @attendance, @recording, @officer, @unit, @from, @until, @reason, @breach, @policy, @also, 0)
        ON CONFLICT (id) DO UPDATE SET officer = excluded.officer, unit = excluded.unit, from_at = excluded.from_at,
            until_at = excluded.until_at, reason = excluded.reason, breach = excluded.breach, policy = excluded.policy,
            also = excluded.also, withdrawn = 0
        """,
        ["id", "kind", "attendance", "recording", "officer", "unit", "from", "until", "reason", "breach", "policy", "also"]
    );
    readonly Statement withdrawal = work.Prepare("UPDATE finding SET withdrawn = 1 WHERE id = @id", "id");

    Statement[] All => [removal, judgement, waitRemoval, wait, withdrawal, finding];

    /// <summary>Rows written so far.</summary>
    public int Changed { get; private set; }

    /// <summary>Findings that came, went or came again.</summary>
    public int FindingsChanged { get; private set; }

    /// <summary>From the first to the last beginning of what was written: the months in which something has to be counted again.</summary>
    public (Instant From, Instant Until)? Reach { get; private set; }

    void Reaches(Instant at) => Reach = Reach is var (from, until) ? (at < from ? at : from, at > until ? at : until) : (at, at);

    public ValueTask Put(Judged row, Judged? before, CancellationToken stop)
    {
        if (row == before)
            return default;
        Changed++;
        Reaches(row.BeginsAt);
        if (before is not null)
            Reaches(before.BeginsAt);
        return judgement.Add(
            [
                row.Attendance.Text,
                row.Incident.Text,
                row.Officer.Text,
                row.Unit?.Text,
                (long)row.Policy,
                row.Trigger,
                row.BeginsAt.ToMicroseconds(),
                row.From?.ToMicroseconds(),
                row.Until?.ToMicroseconds(),
                Words<Outcome>.Of(row.Outcome),
                row.CoveredUs,
                row.ExcusedUs,
                row.Excuse is { } excuse ? Words<Excuse>.Of(excuse) : null,
                (long)row.Recordings,
                row.Whole ? 1L : 0L,
                row.Notice is { } notice ? (notice ? 1L : 0L) : null,
                row.Trouble,
                row.AgainAt?.ToMicroseconds(),
            ],
            stop
        );
    }

    public ValueTask Remove(Judged before, CancellationToken stop)
    {
        Changed++;
        Reaches(before.BeginsAt);
        return removal.Add([before.Officer.Text, before.Attendance.Text], stop);
    }

    public ValueTask Put(RecordingWait row, RecordingWait? before, CancellationToken stop)
    {
        if (row == before)
            return default;
        Changed++;
        Reaches(row.BeganAt);
        return wait.Add([row.Officer.Text, row.Recording.Text, row.BeganAt.ToMicroseconds(), row.AgainAt.ToMicroseconds()], stop);
    }

    public ValueTask Remove(RecordingWait before, CancellationToken stop)
    {
        Changed++;
        Reaches(before.BeganAt);
        return waitRemoval.Add([before.Officer.Text, before.Recording.Text], stop);
    }

    public ValueTask Put(Finding found, CancellationToken stop)
    {
        Changed++;
        FindingsChanged++;
        Reaches(found.From);
        return finding.Add(
            [
                found.Id.Text,
                Words<FindingKind>.Of(found.Kind),
                found.Attendance?.Text,
                found.Recording?.Text,
                found.Officer.Text,
                found.Unit?.Text,
                found.From.ToMicroseconds(),
                found.Until.ToMicroseconds(),
                found.Reason,
                found.Breach,
                (long)found.Policy,
                found.Also,
            ],
            stop
        );
    }

    /// <summary>Somebody may have answered it, so it stays, and says that it no longer holds.</summary>
    public ValueTask Withdraw(StoodFinding stood, CancellationToken stop)
    {
        if (stood.Withdrawn)
            return default;
        Changed++;
        FindingsChanged++;
        Reaches(stood.Finding.From);
        return withdrawal.Add([stood.Finding.Id.Text], stop);
    }

    public async Task Send(CancellationToken stop)
    {
        foreach (var statement in All)
            await statement.Send(stop);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var statement in All)
            await statement.DisposeAsync();
    }
}
