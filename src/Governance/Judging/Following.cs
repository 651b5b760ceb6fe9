using NodaTime;

namespace Lapel.Governance;

/// <summary>
/// Follows the custody log: copies admitted recordings into what the judge reads, by the officer who wore the camera as the roster has it
/// now, and says what has to be judged again. Each row is made of present rows and the signed manifest alone, so reading the log from
/// zero gives the same rows.
/// </summary>
sealed class Following : IFollower
{
    /// <summary>Clocks and buffers reach over the edges a little.</summary>
    static readonly Duration Margin = Duration.FromHours(1);

    public string Name => "governance";

    public async Task Follow(IReadOnlyList<LoggedEntry> entries, Work work, CancellationToken stop)
    {
        foreach (var logged in entries)
            switch (logged.Entry.Event)
            {
                case CustodyEvent.RecordingAdmitted admitted:
                    await Copy(work, admitted.Recording, stop);
                    break;
                case CustodyEvent.RecordingTagged tagged:
                    await Copy(work, tagged.Recording, stop);
                    break;
                case CustodyEvent.CameraAssigned assigned:
                    await Worn(work, assigned.Camera, assigned.Officer, assigned.From, logged.Entry.At, stop);
                    break;
                case CustodyEvent.CameraReturned returned:
                    await Worn(work, returned.Camera, returned.Officer, returned.Until, logged.Entry.At, stop);
                    break;
                case CustodyEvent.MembershipChanged moved:
                    await Moved(work, moved, logged.Entry.At, stop);
                    break;
                case CustodyEvent.PolicyAdopted adopted:
                    await Adopted(work, adopted, logged.Entry.At, stop);
                    break;
            }
    }

    static async Task Copy(Work work, RecordingId id, CancellationToken stop)
    {
        if (await Recordings.Find(work, id, stop) is not { } recording)
            return;
        if (await AdmittedManifests.Of(work, id, stop) is not { } admitted)
            return;
        var (_, manifest) = SignedManifest.Read(admitted.Envelope);
        var offset = Duration.FromMilliseconds(manifest.Clock?.OffsetMs ?? 0);
        var activated = manifest.ActivatedAt - offset;
        // By who wore the camera when it was switched on: the buffer may still be from the hands before.
        var officer = (await Assignments.WearerOf(work, recording.Camera, activated, stop))?.Id ?? recording.Officer?.Id;
        var before = await RecordedRows.Find(work, id, stop);
        if (officer is not { } wearer)
            return; // nobody wore it, as far as anybody entered: copied when somebody does
        var recorded = Recorded.Of(
            manifest,
            wearer,
            (await Memberships.UnitOn(work, wearer, activated, stop))?.Id,
            await NoticeMarks(work, activated, stop),
            recording.AdmittedAt,
            await FirstTag(work, id, stop)
        );
        if (!await RecordedRows.Put(work, recorded, stop))
            return;
        await MonthsDue.Say(work, [(recorded.ActivatedAt, recorded.ActivatedAt)], stop);
        await Due.Say(work, wearer, recorded.From - Margin, recorded.Until + Margin, stop);
        if (before is not null && before.Officer != wearer)
            await Due.Say(work, before.Officer, recorded.From - Margin, recorded.Until + Margin, stop);
    }

    static async Task<IReadOnlyCollection<string>> NoticeMarks(Work work, Instant at, CancellationToken stop) =>
        (await Policies.AllInForce(work, stop)).LastOrDefault(p => p.From <= at) is { } policy ? [policy.Policy.Notice.Mark] : [];

    static Task<Instant?> FirstTag(Work work, RecordingId id, CancellationToken stop) =>
        work.One(
            "SELECT MIN(tagged_at) AS first FROM recording_tag WHERE recording = @id",
            new { id },
            row => row.TimeOrNull("first"),
            stop
        );

    // Only what was admitted before the fact is copied again: the rest comes along the log by itself.
    static async Task Worn(Work work, CameraId camera, OfficerId officer, Instant from, Instant at, CancellationToken stop)
    {
        await CopyAll(
            work,
            "SELECT id FROM recording WHERE camera = @camera AND started_at >= @from AND admitted_at <= @at ORDER BY started_at",
            new
            {
                camera,
                from = from - Margin,
                at,
            },
            stop
        );
        await Due.Say(work, officer, from - Margin, Later(work.Now, from) + Margin, stop);
    }

    static async Task Moved(Work work, CustodyEvent.MembershipChanged moved, Instant at, CancellationToken stop)
    {
        await CopyAll(
            work,
            "SELECT recording AS id FROM recorded WHERE officer = @Officer AND from_at >= @from AND admitted_at <= @at",
            new
            {
                moved.Officer,
                from = moved.From - Margin,
                at,
            },
            stop
        );
        await Due.Say(work, moved.Officer, moved.From - Margin, Later(work.Now, moved.From) + Margin, stop);
    }

    /// <summary>Another mark may stand for notice now, and recordings without a call are judged anew too.</summary>
    static async Task Adopted(Work work, CustodyEvent.PolicyAdopted adopted, Instant at, CancellationToken stop)
    {
        var all = await Policies.AllInForce(work, stop);
        var mark = all.LastOrDefault(p => p.From <= adopted.EffectiveFrom)?.Policy.Notice.Mark;
        if (all.LastOrDefault(p => p.From < adopted.EffectiveFrom)?.Policy.Notice.Mark != mark)
            await CopyAll(
                work,
                "SELECT id FROM recording WHERE started_at >= @from AND admitted_at <= @at ORDER BY started_at",
                new { from = adopted.EffectiveFrom - Margin, at },
                stop
            );
        await work.Execute(
            """
            INSERT INTO judging_due (officer, from_at, until_at, due_at)
            SELECT DISTINCT officer, @from, @until, @Now FROM recorded WHERE until_at >= @from
            """,
            new
            {
                from = adopted.EffectiveFrom - Margin,
                until = Later(work.Now, adopted.EffectiveFrom) + Margin,
                work.Now,
            },
            stop
        );
        await Jobs.Enqueue(work, Due.Job, "", stop);
    }

    static Instant Later(Instant a, Instant b) => a > b ? a : b;

    static async Task CopyAll(Work work, string which, object args, CancellationToken stop)
    {
        foreach (var id in await work.Many(which, args, row => row.Id<Nouns.Recording>("id"), stop))
            await Copy(work, id, stop);
    }
}
