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
        ON CONFLICT (attendance) DO UPDATE SET incident = excluded.incident, officer = excluded.officer, unit = excluded.unit,
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
    readonly Statement removal = work.Prepare("DELETE FROM judgement WHERE attendance = @attendance", "attendance");
    readonly Statement recording = work.Prepare(
        """
        INSERT INTO recording_judgement (recording, officer, unit, policy, began_at, dock_by, docked_at, tag_by,
            tagged_at, again_at)
        VALUES (@recording, @officer, @unit, @policy, @began, @dockBy, @docked, @tagBy, @tagged, @again)
        ON CONFLICT (recording) DO UPDATE SET officer = excluded.officer, unit = excluded.unit, policy = excluded.policy,
            began_at = excluded.began_at, dock_by = excluded.dock_by,
            docked_at = excluded.docked_at, tag_by = excluded.tag_by, tagged_at = excluded.tagged_at,
            again_at = excluded.again_at
        """,
        ["recording", "officer", "unit", "policy", "began", "dockBy", "docked", "tagBy", "tagged", "again"]
    );
    readonly Statement recordingRemoval = work.Prepare(
        "DELETE FROM recording_judgement WHERE recording = @recording",
        "recording"
    );
    readonly Statement finding = work.Prepare(
        """
        INSERT INTO finding (id, kind, attendance, recording, officer, unit, from_at, until_at, reason, breach, policy, withdrawn)
        VALUES (@id, @kind, @attendance, @recording, @officer, @unit, @from, @until, @reason, @breach, @policy, 0)
        ON CONFLICT (id) DO UPDATE SET officer = excluded.officer, unit = excluded.unit, from_at = excluded.from_at,
            until_at = excluded.until_at, reason = excluded.reason, breach = excluded.breach, policy = excluded.policy,
            withdrawn = 0
        """,
        ["id", "kind", "attendance", "recording", "officer", "unit", "from", "until", "reason", "breach", "policy"]
    );
    readonly Statement withdrawal = work.Prepare("UPDATE finding SET withdrawn = 1 WHERE id = @id", "id");

    Statement[] All => [removal, judgement, recordingRemoval, recording, withdrawal, finding];

    /// <summary>Rows written so far.</summary>
    public int Changed { get; private set; }

    /// <summary>Findings that came, went or came again.</summary>
    public int FindingsChanged { get; private set; }

    public ValueTask Put(Judged row, Judged? before, CancellationToken stop)
    {
        if (row == before)
            return default;
        Changed++;
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

    public ValueTask Remove(AttendanceId attendance, CancellationToken stop)
    {
        Changed++;
        return removal.Add([attendance.Text], stop);
    }

    public ValueTask Put(RecordingRow row, RecordingRow? before, CancellationToken stop)
    {
        if (row == before)
            return default;
        Changed++;
        return recording.Add(
            [
                row.Recording.Text,
                row.Officer.Text,
                row.Unit?.Text,
                (long)row.Policy,
                row.BeganAt.ToMicroseconds(),
                row.DockBy?.ToMicroseconds(),
                row.DockedAt.ToMicroseconds(),
                row.TagBy?.ToMicroseconds(),
                row.TaggedAt?.ToMicroseconds(),
                row.AgainAt?.ToMicroseconds(),
            ],
            stop
        );
    }

    public ValueTask Remove(RecordingId id, CancellationToken stop)
    {
        Changed++;
        return recordingRemoval.Add([id.Text], stop);
    }

    public ValueTask Put(Finding found, CancellationToken stop)
    {
        Changed++;
        FindingsChanged++;
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
