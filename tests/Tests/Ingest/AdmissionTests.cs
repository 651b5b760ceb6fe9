using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lapel.Evidence;
using Lapel.Ingest;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests;

public sealed class AdmissionTests
{
    [Fact]
    public async Task A_recording_that_holds_becomes_evidence_and_gets_a_receipt_that_the_camera_can_check()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(clips: 2);

        var receipt = await camera.UploadAndAdmit(recording);

        receipt
            .WhyNotAdmission(
                camera.Log,
                recording.Manifest.Recording,
                Digest.Of(recording.Envelope),
                [.. recording.Clips.Select(c => c.Entry.SealedDigest.Stated)]
            )
            .ShouldBeNull();
        Directory.GetFiles(house.Agency.Folder.Uploads).ShouldBeEmpty();
        foreach (var clip in recording.Clips)
        {
            house.Agency.Get<IVault>().Holds(clip.Entry.SealedDigest.Stated).ShouldBeTrue();
            house.Agency.Get<ContentKeys>().Holds(clip.Entry.SealedDigest.Stated).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task The_same_manifest_again_gives_the_same_receipt_also_after_a_restart()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record();
        var first = await camera.UploadAndAdmit(recording);

        await house.Restart();
        await camera.BeginSession();
        var again = await camera.Admit(recording.Envelope);

        var receipt = await again.Content.ReadFromJsonAsync<Receipt>(LapelJson.Lenient);
        receipt!.Entry.ShouldBe(first.Entry);
        receipt.WhyNotValid(camera.Log).ShouldBeNull();
    }

    [Fact]
    public async Task The_same_manifest_many_times_at_once_is_admitted_once()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record();
        await camera.Upload(recording);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => camera.Admit(recording.Envelope)));

        answers.ShouldAllBe(a => (int)a.StatusCode == 200);
        (await EventsOf(house, "recording.admitted")).Count.ShouldBe(1);
        var entries = await Task.WhenAll(
            answers.Select(async a => (await a.Content.ReadFromJsonAsync<Receipt>(LapelJson.Lenient))!.Entry)
        );
        entries.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Missing_clips_are_named_and_nothing_is_decided()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(clips: 3);
        var upload = await camera.Create(recording, recording.Clips[1]);
        await camera.Patch(upload, 0, recording.Clips[1].Bytes);

        var answer = await camera.Admit(recording.Envelope);

        ((int)answer.StatusCode).ShouldBe(409);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        problem.GetProperty("code").GetString().ShouldBe("clips-missing");
        problem
            .GetProperty("missing")
            .EnumerateArray()
            .Select(m => m.GetString())
            .ShouldBe([recording.Clips[0].Entry.Id.Text, recording.Clips[2].Entry.Id.Text]);
        (await EventsOf(house, "recording.refused")).ShouldBeEmpty();
        (await camera.Offset(upload)).ShouldBe(recording.Clips[1].Bytes.Length);
    }

    [Fact]
    public async Task Changed_bytes_are_refused_and_kept_in_quarantine_with_a_reason_that_a_person_can_read()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record();
        var clip = recording.Clips[0];
        var changed = (byte[])clip.Bytes.Clone();
        changed[^1] ^= 1;
        await camera.Patch(await camera.Create(recording, clip), 0, changed);

        var answer = await camera.Admit(recording.Envelope);

        ((int)answer.StatusCode).ShouldBe(422);
        (await TestCamera.CodeOf(answer)).ShouldBe("clip-digest-differs");
        var folder = Directory.GetDirectories(house.Agency.Folder.Quarantine).ShouldHaveSingleItem();
        File.ReadAllBytes(Path.Combine(folder, "manifest.dsse.json")).ShouldBe(recording.Envelope);
        var reason = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "reason.json"))).RootElement;
        reason.GetProperty("why").GetString().ShouldBe("Clip 1 is not the one that the camera signed: its digest differs.");
        var file = reason.GetProperty("files")[0].GetProperty("file").GetString()!;
        File.ReadAllBytes(Path.Combine(folder, file)).ShouldBe(changed);
        (await EventsOf(house, "recording.refused")).ShouldHaveSingleItem();
        Directory.GetFiles(house.Agency.Folder.Uploads).ShouldBeEmpty();

        // Asking again changes nothing; sending the clip again, whole, does.
        (await TestCamera.CodeOf(await camera.Admit(recording.Envelope))).ShouldBe("clip-digest-differs");
        (await EventsOf(house, "recording.refused")).ShouldHaveSingleItem();
        (await camera.UploadAndAdmit(recording)).WhyNotValid(camera.Log).ShouldBeNull();
    }

    [Fact]
    public async Task A_wrapped_key_that_does_not_fit_is_refused()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record();
        using var other = ContentKey.New();
        var wrong = recording with
        {
            Clips = [recording.Clips[0] with { Key = camera.Evidence.Wrap(other, recording.Clips[0].Entry.Id) }],
        };
        await camera.Upload(wrong);
        (await TestCamera.CodeOf(await camera.Admit(wrong.Envelope))).ShouldBe("clip-key-wrong");

        var next = camera.Record();
        using var stranger = EvidencePrivateKey.New();
        using var key = ContentKey.New();
        var foreign = next with { Clips = [next.Clips[0] with { Key = stranger.Public.Wrap(key, next.Clips[0].Entry.Id) }] };
        await camera.Upload(foreign);
        (await TestCamera.CodeOf(await camera.Admit(foreign.Envelope))).ShouldBe("clip-key-wrong");
    }

    [Fact]
    public async Task A_manifest_signed_with_another_key_is_refused()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        using var second = await TestCamera.Dock(house, "X-2");
        using var unknown = CameraKey.New();
        var recording = camera.Record();
        await camera.Upload(recording);

        (await TestCamera.CodeOf(await camera.Admit(SignedManifest.Sign(recording.Manifest, unknown)))).ShouldBe("key-unknown");
        (await TestCamera.CodeOf(await camera.Admit(SignedManifest.Sign(recording.Manifest, second.Key)))).ShouldBe(
            "key-unknown"
        );
        (await TestCamera.CodeOf(await second.Admit(recording.Envelope))).ShouldBe("not-the-callers-recording");
    }

    [Fact]
    public async Task A_manifest_that_rewrites_the_chain_is_refused()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var first = camera.Record();
        await camera.UploadAndAdmit(first);

        var twin = camera.Record(change: m => m with { Sequence = 1, Previous = null });
        await camera.Upload(twin);
        (await TestCamera.CodeOf(await camera.Admit(twin.Envelope))).ShouldBe("chain-forked");

        var stray = camera.Record(change: m => m with { Sequence = 2, Previous = new(Digest.Of("another"u8)) });
        await camera.Upload(stray);
        (await TestCamera.CodeOf(await camera.Admit(stray.Envelope))).ShouldBe("chain-rewritten");

        var rewritten = SignedManifest.Sign(first.Manifest with { Urgent = true }, camera.Key);
        (await TestCamera.CodeOf(await camera.Admit(rewritten))).ShouldBe("recording-rewritten");
    }

    [Fact]
    public async Task An_urgent_recording_may_overtake_and_the_gap_is_reported()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var first = camera.Record();
        var second = camera.Record();
        await camera.UploadAndAdmit(second);

        var gap = (await EventsOf(house, "camera.chain-gap-reported")).ShouldHaveSingleItem();
        ((CustodyEvent.ChainGapReported)gap.Event).MissingManifest.ShouldBe(Digest.Of(first.Envelope));
        (await RemarksOf(house, second)).Select(r => r.Remark.Kind).ShouldContain(RemarkKind.ChainGap);

        await camera.UploadAndAdmit(first);
        (await EventsOf(house, "camera.chain-gap-reported")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_clock_eight_hours_off_is_admitted_with_a_warning_and_shown_corrected()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var ahead = DateTimeOffset.UtcNow.AddHours(8).AddMinutes(-5);
        var recording = camera.Record(at: ahead, change: m => m with { Clock = new(8 * 3_600_000, 20, m.StartedAt) });
        await camera.UploadAndAdmit(recording);
        (await RemarksOf(house, recording))
            .Single(r => r.Remark.Kind == RemarkKind.Clock)
            .Remark.Words.ShouldContain("8 h 0 min ahead");

        var future = camera.Record(at: DateTimeOffset.UtcNow.AddYears(3));
        await camera.UploadAndAdmit(future);
        (await RemarksOf(house, future))
            .Single(r => r.Remark.Kind == RemarkKind.Clock)
            .Remark.Words.ShouldContain("not to be trusted");
    }

    [Fact]
    public async Task The_roster_decides_who_wore_the_camera_and_a_difference_is_remarked()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        Officer worn;
        await using (var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            worn = await Officers.Enter(work, "3107", "Dana Osei", null, default);
            await Assignments.Assign(work, camera.Id, worn.Id, work.Now - Duration.FromHours(4), null, default);
            await work.Commit(default);
        }
        var recording = camera.Record(change: m => m with { Officer = new(OfficerId.New(), "9", "Nobody Known") });
        await camera.UploadAndAdmit(recording);

        await using var reading = await house.Agency.Get<AgencyRecords>().Read(default);
        (await Recordings.Find(reading, recording.Manifest.Recording, default))!.Officer!.Id.ShouldBe(worn.Id);
        (await RemarksOf(house, recording))
            .Single(r => r.Remark.Kind == RemarkKind.Officer)
            .Remark.Words.ShouldBe("The camera names Nobody Known (9); by the roster Dana Osei (3107) wore it.");
    }

    [Fact]
    public async Task An_empty_recording_and_a_clip_that_is_no_film_are_evidence_too()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        (await camera.UploadAndAdmit(camera.Record([]))).WhyNotValid(camera.Log).ShouldBeNull();
        (await camera.UploadAndAdmit(camera.Record(new byte[100_000]))).WhyNotValid(camera.Log).ShouldBeNull();
    }

    [Fact]
    public async Task A_refused_recording_can_be_tried_again_from_quarantine_when_the_cause_is_gone()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var clerk = new Actor(ActorKind.Account, "a", "A Clerk");
        var recording = camera.Record();
        await camera.Upload(recording);
        await Set(house, "UPDATE camera_key SET revoked_at = 1"); // revoked by mistake, while the session goes on
        var refused = await camera.Admit(recording.Envelope);
        (await TestCamera.CodeOf(refused)).ShouldBe("key-revoked");
        var id = Id<Quarantined>.Parse(
            JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("quarantine").GetString()!
        );

        var admissions = house.Agency.Get<Admissions>();
        (await admissions.TryAgain(id, clerk, default)).ShouldBeOfType<Admitted.Refused>().Refusal.Code.ShouldBe("key-revoked");
        (await EventsOf(house, "recording.refused")).Count.ShouldBe(2);
        await Set(house, "UPDATE camera_key SET revoked_at = NULL");
        (await admissions.TryAgain(id, clerk, default))
            .ShouldBeOfType<Admitted.WithReceipt>()
            .Receipt.WhyNotValid(camera.Log)
            .ShouldBeNull();

        (await admissions.TryAgain(id, clerk, default)).ShouldBeNull();
        ((int)(await camera.Admit(recording.Envelope)).StatusCode).ShouldBe(200);
        (await EventsOf(house, "recording.admitted")).ShouldHaveSingleItem().Actor.Name.ShouldBe("A Clerk");
    }

    static async Task Set(House house, string sql)
    {
        await using var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default);
        await work.Execute(sql, null, default);
        await work.Commit(default);
    }

    [Fact]
    public async Task What_is_no_envelope_is_answered_and_not_kept()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        foreach (var junk in new[] { "", "{}", "null", "[", "{\"payloadType\":\"x\"}", new string('x', 100_000) })
            ((int)(await camera.Admit(Encoding.UTF8.GetBytes(junk))).StatusCode).ShouldBe(400);
        Directory.GetDirectories(house.Agency.Folder.Quarantine).ShouldBeEmpty();

        // A signed envelope around nonsense is somebody's word, and is kept.
        var nonsense = Envelope.Sign(SignedManifest.PayloadType, "{\"v\":1}"u8, camera.Key);
        (await TestCamera.CodeOf(await camera.Admit(nonsense))).ShouldBe("manifest-unreadable");
        Directory.GetDirectories(house.Agency.Folder.Quarantine).ShouldHaveSingleItem();
    }

    internal static async Task<IReadOnlyList<LogEntry>> EventsOf(House house, string kind)
    {
        await using var reading = await house.Agency.Get<AgencyRecords>().Read(default);
        return await reading.Many(
            "SELECT entry FROM custody_entry WHERE kind = @kind ORDER BY arrival",
            new { kind },
            row => LogEntry.Read(row.Bytes("entry")),
            default
        );
    }

    static async Task<IReadOnlyList<RemarkedRecording>> RemarksOf(House house, TestRecording recording)
    {
        await using var reading = await house.Agency.Get<AgencyRecords>().Read(default);
        return await Remarks.Of(reading, recording.Manifest.Recording, default);
    }
}
