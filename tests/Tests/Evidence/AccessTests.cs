using System.Collections.Immutable;
using Lapel.Evidence;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests.Evidence;

[Trait("engine", "both")]
public sealed class Access_to_recordings
{
    static readonly CancellationToken Stop = CancellationToken.None;
    static readonly Instant Now = Instant.FromUtc(2026, 11, 21, 12, 0);
    static readonly OfficerId Me = OfficerId.New();
    static readonly UnitId MyUnit = UnitId.New();
    static readonly AccountId Account = AccountId.New();

    static Recording Of(OfficerId? officer = null, UnitId? unit = null) =>
        new(
            RecordingId.New(),
            CameraId.New(),
            "X1",
            officer is { } o ? new(o, "1", "Name") : null,
            unit,
            1,
            Now,
            Duration.FromSeconds(9),
            Duration.Zero,
            0,
            "button",
            Ending.Deactivated,
            false,
            Duration.Zero,
            Duration.Zero,
            Duration.Zero,
            0,
            1,
            10,
            Playback.Original,
            Digest.Of([1]),
            Now
        );

    static Reach Who(params Permission[] permissions) =>
        new(
            Account,
            permissions.Contains(Permission.SeeAllRecordings),
            permissions.Contains(Permission.SeeUnitRecordings) ? ImmutableHashSet.Create(MyUnit) : [],
            permissions.Contains(Permission.SeeOwnRecordings) ? Me : null,
            permissions.ToImmutableHashSet()
        );

    static AccessGrant Grant(Recording to, Instant? until = null, Instant? revoked = null) =>
        new(1, Account, to.Id, "case 12", AccountId.New(), Now - Duration.FromDays(1), until, revoked, null);

    [Fact]
    public void Is_an_officers_to_their_own_and_to_no_other()
    {
        Access.WhyNot(Who(Permission.SeeOwnRecordings), Of(Me), [], Act.Play, Now).ShouldBeNull();
        Access.WhyNot(Who(Permission.SeeOwnRecordings), Of(OfficerId.New()), [], Act.Play, Now).ShouldBe(Access.NotFound);
        Access.WhyNot(Who(Permission.SeeOwnRecordings), Of(), [], Act.See, Now).ShouldBe(Access.NotFound);
    }

    [Fact]
    public void Is_a_supervisors_to_those_whose_officer_was_in_the_unit_then()
    {
        Access.WhyNot(Who(Permission.SeeUnitRecordings), Of(OfficerId.New(), MyUnit), [], Act.Play, Now).ShouldBeNull();
        Access
            .WhyNot(Who(Permission.SeeUnitRecordings), Of(OfficerId.New(), UnitId.New()), [], Act.Play, Now)
            .ShouldBe(Access.NotFound);
    }

    [Fact]
    public void Is_an_administrators_to_none_even_by_grant()
    {
        var recording = Of(Me, MyUnit);
        Access.WhyNot(Who(Permission.EditAccounts), recording, [Grant(recording)], Act.See, Now).ShouldBe(Access.NotFound);
    }

    [Fact]
    public void Comes_by_a_grant_while_it_stands()
    {
        var recording = Of(OfficerId.New());
        Refusal? By(AccessGrant grant) => Access.WhyNot(Who(Permission.SeeOwnRecordings), recording, [grant], Act.Play, Now);

        By(Grant(recording)).ShouldBeNull();
        By(Grant(recording, until: Now + Duration.FromSeconds(1))).ShouldBeNull();
        By(Grant(recording, until: Now)).ShouldBe(Access.NotFound);
        By(Grant(recording, revoked: Now)).ShouldBe(Access.NotFound);
        By(Grant(Of())).ShouldBe(Access.NotFound);
        By(Grant(recording) with { Account = AccountId.New() }).ShouldBe(Access.NotFound);
    }

    [Fact]
    public void To_export_needs_a_permission_and_what_may_not_be_seen_is_not_even_forbidden()
    {
        Access.WhyNot(Who(Permission.SeeOwnRecordings), Of(Me), [], Act.Export, Now)!.Kind.ShouldBe(RefusalKind.Forbidden);
        Access.WhyNot(Who(Permission.SeeAllRecordings, Permission.ExportRecordings), Of(Me), [], Act.Export, Now).ShouldBeNull();
        Access
            .WhyNot(Who(Permission.SeeOwnRecordings, Permission.ExportRecordings), Of(), [], Act.Export, Now)
            .ShouldBe(Access.NotFound);
    }

    [Fact]
    public async Task In_the_list_is_the_same_rule_on_random_rosters_and_every_page_continues_the_one_before()
    {
        await using var room = await EvidenceRoom.Open();
        var random = new Random(20261121);
        for (var round = 0; round < 6; round++)
        {
            var units = Enumerable.Range(0, 6).Select(_ => UnitId.New()).ToArray();
            var officers = Enumerable.Range(0, 5).Select(_ => OfficerId.New()).ToArray();
            var cameras = Enumerable.Range(0, 4).Select(_ => CameraId.New()).ToArray();
            var recordings = await Fill(room, random, units, officers, cameras, 120);
            var accounts = Enumerable.Range(0, 4).Select(_ => AccountId.New()).ToArray();
            var grants = await FillGrants(room, random, recordings, accounts);

            for (var trial = 0; trial < 25; trial++)
            {
                var reach = RandomReach(random, units, officers, accounts);
                var filter = RandomFilter(random, units, officers, cameras);
                var expected = recordings
                    .Where(r =>
                        Access.WhyNot(reach, r, grants.Where(g => g.Recording == r.Id), Act.See, Now) is null && Passes(r, filter)
                    )
                    .Reverse() // of the same moment, the last admitted first
                    .OrderByDescending(r => r.StartedAt)
                    .Select(r => r.Id)
                    .ToList();
                (await Walk(room, reach, filter, random.Next(1, 20), recordings)).ShouldBe(expected);
            }
            await Clean(room);
        }
    }

    static async Task<List<RecordingId>> Walk(
        EvidenceRoom room,
        Reach reach,
        RecordingFilter filter,
        int size,
        IReadOnlyList<Recording> all
    )
    {
        var seen = new List<RecordingId>();
        RecordingCursor? before = null;
        await using var reading = await room.Read();
        while (true)
        {
            var page = await RecordingList.Page(reading, reach, filter, before, null, size, Now, Stop);
            if (page.Newer is { } newer)
            {
                var back = await RecordingList.Page(reading, reach, filter, null, newer, size, Now, Stop);
                back.Rows.Select(r => r.Id).ShouldBe(seen.TakeLast(size));
            }
            seen.AddRange(page.Rows.Select(r => r.Id));
            page.Rows.ShouldAllBe(row => all.Contains(row));
            if (page.Older is null)
                return seen;
            before = page.Older;
        }
    }

    static bool Passes(Recording r, RecordingFilter f) =>
        (f.Officer is null || r.Officer?.Id == f.Officer)
        && (f.Camera is null || r.Camera == f.Camera)
        && (f.Units is null || (r.Unit is { } unit && f.Units.Contains(unit)))
        && (f.From is null || r.StartedAt >= f.From)
        && (f.Until is null || r.StartedAt < f.Until)
        && (!f.Urgent || r.Urgent)
        && f.State switch
        {
            ListState.Muted => r.Muted > Duration.Zero,
            ListState.PowerCut => r.Ending == Ending.PowerCut,
            _ => true,
        }
        && (f.Text is null || r.CameraSerial.StartsWith(f.Text, StringComparison.OrdinalIgnoreCase));

    static Reach RandomReach(Random random, UnitId[] units, OfficerId[] officers, AccountId[] accounts)
    {
        var may = new HashSet<Permission>();
        if (random.Next(6) == 0)
            may.Add(Permission.SeeAllRecordings);
        if (random.Next(2) == 0)
            may.Add(Permission.SeeUnitRecordings);
        if (random.Next(2) == 0)
            may.Add(Permission.SeeOwnRecordings);
        return new(
            accounts[random.Next(accounts.Length)],
            may.Contains(Permission.SeeAllRecordings),
            may.Contains(Permission.SeeUnitRecordings) ? units.Where(_ => random.Next(3) == 0).ToHashSet() : [],
            may.Contains(Permission.SeeOwnRecordings) ? officers[random.Next(officers.Length)] : null,
            may
        );
    }

    static RecordingFilter RandomFilter(Random random, UnitId[] units, OfficerId[] officers, CameraId[] cameras)
    {
        T? Maybe<T>(T value, int oneIn)
            where T : struct => random.Next(oneIn) == 0 ? value : null;
        return new(
            Maybe(officers[random.Next(officers.Length)], 5),
            Maybe(cameras[random.Next(cameras.Length)], 5),
            random.Next(4) == 0 ? [.. units.Where(_ => random.Next(2) == 0)] : null,
            Maybe(Now - Duration.FromMinutes(random.Next(50)), 5),
            Maybe(Now - Duration.FromMinutes(random.Next(50)), 5),
            random.Next(6) == 0 ? (random.Next(2) == 0 ? ListState.Muted : ListState.PowerCut) : null,
            random.Next(8) == 0,
            random.Next(6) == 0 ? (random.Next(2) == 0 ? "AX" : "bw7") : null
        );
    }

    static async Task<IReadOnlyList<Recording>> Fill(
        EvidenceRoom room,
        Random random,
        UnitId[] units,
        OfficerId[] officers,
        CameraId[] cameras,
        int count
    )
    {
        var made = new List<Recording>();
        await using var work = await room.Begin();
        for (var i = 0; i < count; i++)
        {
            var recording = Of(
                random.Next(8) == 0 ? null : officers[random.Next(officers.Length)],
                random.Next(5) == 0 ? null : units[random.Next(units.Length)]
            ) with
            {
                Camera = cameras[random.Next(cameras.Length)],
                CameraSerial = random.Next(2) == 0 ? "AX" + i : "BW7-" + i,
                StartedAt = Now - Duration.FromMinutes(random.Next(50)), // many at the same moment
                Urgent = random.Next(5) == 0,
                Muted = Duration.FromSeconds(random.Next(2)),
                Ending = random.Next(5) == 0 ? Ending.PowerCut : Ending.Deactivated,
            };
            made.Add(recording);
            await Insert(work, recording);
        }
        await work.Commit(Stop);
        return made;
    }

    static string Words(Recording r) => " " + r.CameraSerial.ToLowerInvariant().Replace("-", " ");

    static async Task Insert(Work work, Recording r)
    {
        var place = await RecordingText.NextPlace(work, r.StartedAt, Stop);
        await work.Execute(
            """
            INSERT INTO recording (id, camera, camera_serial, officer, officer_badge, officer_name, unit, sequence, started_at, place, duration_us,
                activated_after_us, clock_offset_ms, start_trigger, ending, urgent, stopped_us, muted_us, averted_us, bookmarks, clips,
                sealed_bytes, playback, manifest, words, admitted_at)
            VALUES (@Id, @Camera, @CameraSerial, @officer, '1', 'Name', @Unit, 1, @StartedAt, @place, 9000000, 0, 0, 'button', @ending, @Urgent, 0,
                @muted, 0, 0, 1, 10, 'original', @Manifest, @words, @AdmittedAt)
            """,
            new
            {
                r.Id,
                r.Camera,
                r.CameraSerial,
                officer = r.Officer?.Id,
                r.Unit,
                r.StartedAt,
                place,
                ending = Words<Ending>.Of(r.Ending),
                r.Urgent,
                muted = (long)r.Muted.TotalSeconds * 1_000_000,
                r.Manifest,
                words = Words(r),
                r.AdmittedAt,
            },
            Stop
        );
        await RecordingText.Keep(work, r, place, Words(r), Stop);
    }

    static async Task<IReadOnlyList<AccessGrant>> FillGrants(
        EvidenceRoom room,
        Random random,
        IReadOnlyList<Recording> recordings,
        AccountId[] accounts
    )
    {
        var made = new List<AccessGrant>();
        await using var work = await room.Begin();
        for (var i = 0; i < 40; i++)
        {
            var grant = new AccessGrant(
                i,
                accounts[random.Next(accounts.Length)],
                recordings[random.Next(recordings.Count)].Id,
                "case",
                AccountId.New(),
                Now,
                random.Next(2) == 0 ? Now + Duration.FromMinutes(random.Next(-5, 6)) : null,
                random.Next(4) == 0 ? Now : null,
                null
            );
            made.Add(grant);
            await work.Execute(
                $"""
                INSERT INTO access_grant (account, recording, reason, granted_by, granted_at, until, revoked_at)
                VALUES (@Account, @Recording, @Reason, @GrantedBy, @GrantedAt, {grant.Until?.ToMicroseconds().ToString()
                    ?? "NULL"}, {grant.RevokedAt?.ToMicroseconds().ToString() ?? "NULL"})
                """,
                grant,
                Stop
            );
        }
        await work.Commit(Stop);
        return made;
    }

    static async Task Clean(EvidenceRoom room)
    {
        await using var work = await room.Begin();
        foreach (var table in new[] { "access_grant", work.Engine == Engine.Sqlite ? "recording_text" : "viewing", "recording" })
            await work.Execute($"DELETE FROM {table}", null, Stop);
        await work.Commit(Stop);
    }
}
