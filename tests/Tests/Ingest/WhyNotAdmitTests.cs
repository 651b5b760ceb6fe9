using Lapel.Evidence;
using Lapel.Ingest;
using Lapel.Roster;

namespace Lapel.Tests;

/// <summary>The decision table of admission: each row spoils one fact of a case that would be admitted.</summary>
public sealed class WhyNotAdmitTests
{
    static readonly Instant Now = Time.TryParse("2026-11-21T08:00:00Z")!.Value;
    static readonly Digest This = Digest.Of("this manifest"u8);
    static readonly Digest Other = Digest.Of("another"u8);
    static readonly Digest First = Digest.Of("the one before"u8);
    static readonly CameraId Id = CameraId.New();
    static readonly Digest KeyId = Digest.Of("key"u8);

    [Fact]
    public void What_holds_in_every_respect_is_admitted() => Admittance.WhyNotAdmit(Good()).ShouldBeNull();

    public static TheoryData<string, Func<AdmissionFacts, AdmissionFacts>> Spoilt() =>
        new()
        {
            { "manifest-unreadable", f => f with { Manifest = null, Unreadable = "no" } },
            { "camera-unknown", f => f with { Camera = null } },
            { "not-the-callers-recording", f => f with { Caller = CameraId.New() } },
            { "key-unknown", f => f with { Key = null } },
            { "key-unknown", f => f with { Key = f.Key! with { Camera = CameraId.New() } } },
            { "key-revoked", f => f with { Key = f.Key! with { RevokedAt = Now } } },
            { "key-revoked", f => f with { Key = f.Key! with { RevokedAt = Now - Duration.FromDays(1) } } },
            { "signature-wrong", f => f with { SignatureHolds = false } },
            { "manifest-inconsistent", f => f with { Inconsistency = "It ends before it begins." } },
            { "recording-rewritten", f => f with { SameRecording = Manifest(Other, 2, First) } },
            { "chain-forked", f => f with { SameSequence = Manifest(Other, 2, First) } },
            { "chain-rewritten", f => f with { Before = Manifest(Other, 1, null) } },
            { "chain-rewritten", f => f with { After = Manifest(Digest.Of("next"u8), 3, Other) } },
            { "clip-reused", f => f with { Clips = [f.Clips[0] with { AdmittedElsewhere = RecordingId.New() }, f.Clips[1]] } },
            { "clips-missing", f => f with { Clips = [f.Clips[0], f.Clips[1] with { Arrived = null }] } },
            {
                "clip-length-differs",
                f => f with { Clips = [Arrived(f.Clips[0], a => a with { LengthBytes = 99 }), f.Clips[1]] }
            },
            { "clip-digest-differs", f => f with { Clips = [Arrived(f.Clips[0], a => a with { Digest = Other }), f.Clips[1]] } },
            { "clip-key-wrong", f => f with { Clips = [Arrived(f.Clips[0], a => a with { WhyNotOpened = "no" }), f.Clips[1]] } },
        };

    [Fact]
    public void Each_spoilt_fact_has_its_own_refusal_and_only_missing_clips_leave_it_open()
    {
        foreach (var row in Spoilt())
        {
            var refusal = Admittance.WhyNotAdmit(row.Data.Item2(Good()));
            refusal!.Code.ShouldBe(row.Data.Item1);
            refusal.Kind.ShouldBe(row.Data.Item1 == Admittance.ClipsMissing ? RefusalKind.Conflict : RefusalKind.Rejected);
            refusal.Sentence.ShouldEndWith(
                row.Data.Item1 is "clip-key-wrong" ? "no"
                : row.Data.Item1 is "manifest-unreadable" ? "no"
                : "."
            );
        }
    }

    [Fact]
    public void Of_two_things_wrong_the_earlier_question_answers()
    {
        var rows = Spoilt().Select(r => r.Data).ToList();
        for (var i = 0; i < rows.Count; i++)
        for (var j = i + 1; j < rows.Count; j++)
        {
            // Some rows spoil the same fact; then the later one replaces the earlier.
            var both = rows[i].Item2(rows[j].Item2(Good()));
            Admittance.WhyNotAdmit(both)!.Code.ShouldBe(rows[i].Item1, $"{rows[i].Item1} and {rows[j].Item1}");
        }
    }

    [Fact]
    public void A_key_revoked_after_the_manifest_came_does_not_undo_it() =>
        Admittance
            .WhyNotAdmit(Good() with { Key = Good().Key! with { RevokedAt = Now + Duration.FromSeconds(1) } })
            .ShouldBeNull();

    [Fact]
    public void The_same_manifest_seen_again_is_no_fork_of_itself() =>
        Admittance
            .WhyNotAdmit(Good() with { SameRecording = Manifest(This, 2, First), SameSequence = Manifest(This, 2, First) })
            .ShouldBeNull();

    [Fact]
    public void A_gap_is_no_refusal_and_is_reported()
    {
        var gap = Good() with { Before = null };
        Admittance.WhyNotAdmit(gap).ShouldBeNull();
        Admittance.GapBefore(gap).ShouldBe(First);
        Admittance.GapBefore(Good()).ShouldBeNull();
    }

    [Fact]
    public void The_disk_keeps_its_reserve()
    {
        var settings = new IngestSettings { ReserveBytes = 100, ReserveShare = 0.05 };
        new DiskRoom(1_000, 1_000, 0).WhyNotPromise(900, settings).ShouldBeNull();
        new DiskRoom(1_000, 1_000, 0).WhyNotPromise(901, settings)!.Kind.ShouldBe(RefusalKind.NoRoom);
        new DiskRoom(1_000, 1_000, 500).WhyNotPromise(401, settings)!.Code.ShouldBe("disk-nearly-full");
        new DiskRoom(1_000, 10_000, 0).WhyNotPromise(501, settings)!.Code.ShouldBe("disk-nearly-full");
    }

    static ClipFacts Arrived(ClipFacts clip, Func<ArrivedClip, ArrivedClip> change) =>
        clip with
        {
            Arrived = change(clip.Arrived!),
        };

    static AdmittedManifest Manifest(Digest digest, long sequence, Digest? previous) =>
        new(digest, RecordingId.New(), Id, KeyId, sequence, previous, []);

    static AdmissionFacts Good()
    {
        ClipEntry Clip(int number) =>
            new(number, ClipId.New(), Now, Now, 1000, new(Digest.Of("sealed"u8)), 900, new(Digest.Of("clear"u8)), true);
        var clips = new[] { Clip(1), Clip(2) };
        return new(
            This,
            new Manifest(
                1,
                RecordingId.New(),
                Id,
                null,
                2,
                new(First),
                Now,
                Now,
                Now,
                new("button"),
                new("button"),
                Ending.Deactivated,
                0,
                false,
                false,
                null,
                clips,
                [],
                [],
                [],
                "test"
            ),
            null,
            Id,
            new Lapel.Roster.Camera(Id, "X-1", "Test", CameraKind.Body, CameraState.Enrolled, KeyId, null, Now, Now, null, null),
            new CameraKeyEntry(KeyId, Id, [], Now - Duration.FromDays(1), null),
            true,
            null,
            Now,
            null,
            null,
            Manifest(First, 1, null),
            null,
            [.. clips.Select(c => new ClipFacts(c, null, new(1000, Digest.Of("sealed"u8), null)))]
        );
    }
}
