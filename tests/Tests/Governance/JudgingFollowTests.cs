using Lapel.Evidence;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Evidence;
using Lapel.Tests.Records;
using NodaTime;

namespace Lapel.Tests.Governance;

[Trait("engine", "both")]
public sealed class Judging_follows_the_custody_log
{
    static readonly CancellationToken Stop = CancellationToken.None;

    static async Task<EvidenceRoom> Open()
    {
        var house = await TestAgency.Open(
            parts => EvidenceModule.AddParts(parts),
            new Migrations()
                .Of(typeof(RecordsModule).Assembly)
                .Of(typeof(RosterModule).Assembly)
                .Of(typeof(EvidenceModule).Assembly)
                .Of(typeof(GovernanceModule).Assembly)
        );
        return await EvidenceRoom.In(house.Agency, house.Clock, house.Data, house);
    }

    /// <summary>All of the log from the beginning, as a follower that starts from zero sees it.</summary>
    static async Task FollowAll(EvidenceRoom room)
    {
        await using var work = await room.Begin();
        var entries = await work.Many(
            "SELECT arrival, entry FROM custody_entry ORDER BY arrival",
            null,
            row => new LoggedEntry(row.Number("arrival"), null, LogEntry.Read(row.Bytes("entry"))),
            Stop
        );
        await new Following().Follow(entries, work, Stop);
        await work.Commit(Stop);
    }

    static async Task<Recorded?> CopyOf(EvidenceRoom room, Recording recording)
    {
        await using var reading = await room.Read();
        return await RecordedRows.Find(reading, recording.Id, Stop);
    }

    static async Task<IReadOnlyList<OfficerId>> TakeDue(EvidenceRoom room)
    {
        await using var work = await room.Begin();
        var due = await work.Many(
            "DELETE FROM judging_due RETURNING officer",
            null,
            row => row.Id<Nouns.Officer>("officer"),
            Stop
        );
        await work.Commit(Stop);
        return [.. due.Distinct()];
    }

    [Fact]
    public async Task An_admitted_recording_is_copied_in_the_servers_time_and_says_what_is_due()
    {
        await using var room = await Open();
        var recording = await room.Admit(EvidenceRoom.Noise(5000));
        await FollowAll(room);
        var copy = (await CopyOf(room, recording))!;
        copy.Officer.ShouldBe(room.Officer.Id);
        copy.From.ShouldBe(recording.StartedAt);
        copy.Until.ShouldBe(recording.StartedAt + recording.Length);
        // The camera's clock was 40 ms ahead.
        var state = copy.States.ShouldHaveSingleItem();
        (state.From, state.Until).ShouldBe(
            (recording.StartedAt + Duration.FromSeconds(1), recording.StartedAt + Duration.FromSeconds(2))
        );
        (await TakeDue(room)).ShouldContain(room.Officer.Id);
    }

    [Fact]
    public async Task Who_turns_out_later_to_have_worn_the_camera_gets_the_recording_and_both_are_judged_again()
    {
        await using var room = await Open();
        var recording = await room.Admit(EvidenceRoom.Noise(5000));
        await FollowAll(room);
        await TakeDue(room);
        Officer other;
        await using (var work = await room.Begin())
        {
            other = await Officers.Enter(work, "3102", "Robin Vale", null, Stop);
            await Assignments.Assign(work, room.Camera.Id, other.Id, recording.StartedAt - Duration.FromHours(2), null, Stop);
            await work.Commit(Stop);
        }
        await FollowAll(room);
        (await CopyOf(room, recording))!.Officer.ShouldBe(other.Id);
        (await TakeDue(room)).ShouldBe([room.Officer.Id, other.Id], ignoreOrder: true);
    }

    [Fact]
    public async Task Moving_an_officer_moves_the_unit_of_what_was_recorded_since()
    {
        await using var room = await Open();
        var recording = await room.Admit(EvidenceRoom.Noise(5000));
        await FollowAll(room);
        Unit division;
        await using (var work = await room.Begin())
        {
            division = await Units.Open(work, room.Service.Id, "31 Division", UnitKind.Division, Stop);
            await Memberships.Join(work, room.Officer.Id, division.Id, recording.StartedAt - Duration.FromHours(2), null, Stop);
            await work.Commit(Stop);
        }
        await FollowAll(room);
        (await CopyOf(room, recording))!.Unit.ShouldBe(division.Id);
    }

    [Fact]
    public async Task From_zero_it_copies_the_same()
    {
        await using var room = await Open();
        var one = await room.Admit(EvidenceRoom.Noise(5000));
        var two = await room.Admit(EvidenceRoom.Noise(6000));
        await FollowAll(room);
        var before = (await CopyOf(room, one), await CopyOf(room, two));
        await using (var work = await room.Begin())
        {
            await work.Execute("DELETE FROM recorded", null, Stop);
            await work.Commit(Stop);
        }
        await FollowAll(room);
        var after = (await CopyOf(room, one), await CopyOf(room, two));
        after.Item1!.States.ShouldBe(before.Item1!.States);
        (after.Item1 with { States = [], LaterNotices = [] }).ShouldBe(before.Item1 with { States = [], LaterNotices = [] });
        (after.Item2! with { States = [], LaterNotices = [] }).ShouldBe(before.Item2! with { States = [], LaterNotices = [] });
    }
}
