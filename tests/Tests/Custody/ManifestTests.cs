using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lapel.Custody;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

public sealed class ManifestTests
{
    static readonly Instant Start = Instant.FromUtc(2026, 11, 21, 8, 3, 0);

    [Fact]
    public void A_manifest_is_read_as_it_was_signed()
    {
        using var key = CameraKey.New();
        var good = Good();
        var (envelope, read) = SignedManifest.Read(SignedManifest.Sign(good, key));

        JsonSerializer.Serialize(read, LapelJson.Strict).ShouldBe(JsonSerializer.Serialize(good, LapelJson.Strict));
        envelope.PayloadType.ShouldBe("application/vnd.lapel.manifest+json");
        Manifests.WhyNotConsistent(read).ShouldBeNull();
    }

    [Fact]
    public void An_envelope_of_another_type_is_no_manifest()
    {
        using var key = CameraKey.New();
        var other = Envelope.Sign("application/vnd.lapel.camera-session+json", Payload(Good()), key);
        Should.Throw<FormatException>(() => SignedManifest.Read(other)).Message.ShouldContain("camera-session");
    }

    [Fact]
    public void A_field_that_is_unknown_missing_doubled_null_or_of_another_kind_is_refused()
    {
        string[] required =
        [
            "v",
            "recording",
            "camera",
            "sequence",
            "startedAt",
            "activatedAt",
            "endedAt",
            "startCause",
            "endCause",
            "ending",
            "preEventMs",
            "preEventSound",
            "urgent",
            "clips",
            "states",
            "bookmarks",
            "positions",
            "software",
        ];
        foreach (var field in required)
        {
            Refused(j => j.AsObject().Remove(field));
            Refused(j => j[field] = null);
            Refused(j => j[field] = new JsonObject { ["x"] = 1 });
        }
        Refused(j => j["unknown"] = 1);
        Refused(j => j["clips"]![0]!["unknown"] = 1);
        Refused(j => j["clips"]![0] = null);
        Refused(j => j["states"]![0] = null);
        Refused(j => j["bookmarks"]![0] = null);
        Refused(j => j["positions"]![0] = null);
        Refused(j => j["clips"]![0]!["sealedDigest"] = "sha256:00");
        Refused(j => j["clips"]![0]!["id"] = Guid.NewGuid().ToString().ToUpperInvariant());
        Refused(j => j["startedAt"] = "2026-11-21T08:03:00+01:00");
        Refused(j => j["startedAt"] = "2026-11-21T08:03:00.1234567Z");
        Refused(j => j["ending"] = 1);
        Refused(j => j["ending"] = "whenever");
        Refused(j => j["v"] = "1");
        Refused(j => j["positions"]![0]!["latitude"] = "NaN");
        RefusedText(t => t.Replace("\"urgent\":", "\"urgent\":false,\"urgent\":"));
        RefusedText(t => t + " {}");
        RefusedText(_ => "null");
        RefusedText(t => t.Replace("\"states\"", "/* said */ \"states\""));

        static void Refused(Action<JsonNode> change)
        {
            var json = JsonNode.Parse(Payload(Good()))!;
            change(json);
            RefusedText(_ => json.ToJsonString());
        }

        static void RefusedText(Func<string, string> change)
        {
            var text = change(Encoding.UTF8.GetString(Payload(Good())));
            Should.Throw<FormatException>(() => SignedManifest.ReadPayload(Encoding.UTF8.GetBytes(text)), text);
        }
    }

    [Fact]
    public void A_field_that_may_be_absent_may_be_absent()
    {
        var sparse = Good() with { Officer = null, Previous = null, Sequence = 1, Clock = null };
        var read = SignedManifest.ReadPayload(Payload(sparse));
        Manifests.WhyNotConsistent(read).ShouldBeNull();
    }

    /// <summary>Every "no" that <see cref="Manifests.WhyNotConsistent"/> can say, each by the smallest lie that brings it
    /// about.</summary>
    public static TheoryData<string, Func<Manifest, Manifest>> Lies =>
        new()
        {
            { "has version 2", m => m with { V = 2 } },
            { "numbered from 1", m => m with { Sequence = 0 } },
            { "first manifest has no previous", m => m with { Sequence = 1 } },
            { "does not name the one before", m => m with { Previous = null } },
            { "before 1970", m => m with { StartedAt = Instant.FromUtc(1969, 1, 1, 0, 0) } },
            { "before 1970", m => m with { StartedAt = Instant.MinValue } },
            { "after 2200", m => m with { EndedAt = Instant.MaxValue } },
            { "activated before its first frame", m => m with { ActivatedAt = Start - Second } },
            { "ended before it was activated", m => m with { EndedAt = m.ActivatedAt - Second } },
            { "longer than seven days", m => m with { EndedAt = Start + Duration.FromDays(8) } },
            { "buffer's length is negative", m => m with { PreEventMs = -1 } },
            { "longer than ten minutes", m => m with { PreEventMs = 600_001 } },
            { "does not fit the time", m => m with { PreEventMs = 27_900 } },
            { "does not fit the time", m => m with { PreEventMs = 32_100 } },
            { "cannot have sound", m => m with { ActivatedAt = Start, PreEventMs = 0 } },
            { "camera's software", m => m with { Software = " " } },
            { "camera's software", m => m with { Software = new('x', 201) } },
            { "without badge or name", m => m with { Officer = m.Officer! with { Badge = "" } } },
            { "without badge or name", m => m with { Officer = m.Officer! with { Name = "\n" } } },
            { "what started", m => m with { StartCause = new("") } },
            { "what started", m => m with { StartCause = new("button", new('x', 2_001)) } },
            { "what ended", m => m with { EndCause = new(new('x', 65)) } },
            { "negative round trip", m => m with { Clock = m.Clock! with { RoundTripMs = -1 } } },
            { "has no clip", m => m with { Clips = [] } },
            { "Where clip 1 is due", m => Clip(m, 0, c => c with { Number = 0 }) },
            { "Where clip 2 is due, the manifest lists clip 3", m => Clip(m, 1, c => c with { Number = 3 }) },
            { "Where clip 1 is due", m => m with { Clips = [m.Clips[1], m.Clips[0]] } },
            { "id of an earlier", m => Clip(m, 1, c => c with { Id = m.Clips[0].Id }) },
            { "digest of an earlier", m => Clip(m, 1, c => c with { SealedDigest = m.Clips[0].SealedDigest }) },
            { "Clip 1 ended before it began", m => Clip(m, 0, c => c with { EndedAt = c.StartedAt - Second }) },
            { "Clip 1 lies outside", m => Clip(m, 0, c => c with { StartedAt = Start - 3 * Second }) },
            { "Clip 2 lies outside", m => Clip(m, 1, c => c with { EndedAt = m.EndedAt + 3 * Second }) },
            { "Clip 2 began before clip 1", m => Clip(m, 1, c => c with { StartedAt = Start - Second }) },
            { "Clip 1 ended after clip 2 had begun", m => Clip(m, 0, c => c with { EndedAt = c.EndedAt + 3 * Second }) },
            { "Clip 2 is incomplete", m => Clip(m, 1, c => c with { Complete = false }) },
            { "Clip 1 is incomplete", m => Clip(m with { Ending = Ending.PowerCut }, 0, c => c with { Complete = false }) },
            { "cannot hold 1001 bytes", m => Clip(m, 0, c => c with { ClearLengthBytes = 1_001 }) },
            { "cannot be 55 bytes long", m => Clip(m, 0, c => c with { SealedLengthBytes = 55 }) },
            { "cannot be -1 bytes long", m => Clip(m, 0, c => c with { SealedLengthBytes = -1 }) },
            { "'muted' state lies outside", m => State(m, s => s with { From = Start - 3 * Second }) },
            { "'muted' state lies outside", m => State(m, s => s with { Until = m.EndedAt + 3 * Second }) },
            { "'muted' state ended before", m => State(m, s => s with { Until = s.From - Second }) },
            { "'muted' states overlap", m => m with { States = [m.States[0], m.States[0]] } },
            { "'muted' states overlap", m => m with { States = [m.States[0] with { Until = null }, m.States[0]] } },
            { "'muted' state has no reason", m => State(m, s => s with { ReasonCode = "" }) },
            { "text of a 'stopped'", m => State(m, s => s with { State = RecordingState.Stopped, Text = new('x', 2_001) }) },
            { "bookmark lies outside", m => m with { Bookmarks = [new(m.EndedAt + 3 * Second, null)] } },
            { "bookmarks are not in the order", m => m with { Bookmarks = [new(Start + Second, null), new(Start, null)] } },
            { "bookmark's label", m => m with { Bookmarks = [new(Start, new('x', 2_001))] } },
            { "position lies outside", m => Position(m, p => p with { At = Start - 3 * Second }) },
            { "positions are not in the order", m => m with { Positions = [.. m.Positions.Reverse()] } },
            { "not on the earth", m => Position(m, p => p with { Latitude = 90.1 }) },
            { "not on the earth", m => Position(m, p => p with { Longitude = -180.1 }) },
            { "not on the earth", m => Position(m, p => p with { Latitude = double.NaN }) },
            { "not on the earth", m => Position(m, p => p with { Longitude = double.PositiveInfinity }) },
            { "accuracy is not a distance", m => Position(m, p => p with { AccuracyMetres = -1 }) },
            { "accuracy is not a distance", m => Position(m, p => p with { AccuracyMetres = double.NaN }) },
        };

    [Theory]
    [MemberData(nameof(Lies), DisableDiscoveryEnumeration = true)]
    public void A_lie_is_told_back_in_a_sentence(string sentence, Func<Manifest, Manifest> lie) =>
        Manifests.WhyNotConsistent(lie(Good())).ShouldNotBeNull().ShouldContain(sentence);

    [Fact]
    public void What_honest_cameras_say_is_accepted()
    {
        Func<Manifest, Manifest>[] honest =
        [
            m => m,
            m => m with { Previous = null, Sequence = 1, Officer = null, Clock = null },
            m => m with { States = [], Bookmarks = [], Positions = [] },
            m => m with { ActivatedAt = Start, PreEventMs = 0, PreEventSound = false },
            m => m with { PreEventMs = 28_000 }, // the two seconds that encoders may differ
            m => m with { Clock = new(8 * 3_600_000, 40, Start) }, // eight hours off is reported, not refused
            m => State(m, s => s with { Until = null }), // still muted at the end
            m => m with { States = [m.States[0], m.States[0] with { State = RecordingState.Averted }] }, // both at once
            m => m with { States = [m.States[0], m.States[0] with { From = m.States[0].Until!.Value, Until = null }] },
            m => Clip(m, 0, c => c with { SealedLengthBytes = 56, ClearLengthBytes = 0 }),
            m => m with { Ending = Ending.PowerCut }, // between two clips
            m => Clip(m with { Ending = Ending.PowerCut }, 1, Torn),
            m => m with { Positions = [new(Start, -90, 180, 0)] },
        ];
        foreach (var say in honest)
            Manifests.WhyNotConsistent(say(Good())).ShouldBeNull();
    }

    static readonly Duration Second = Duration.FromSeconds(1);

    internal static Manifest Good() =>
        new(
            V: 1,
            RecordingId.Parse("01936f00-0000-7000-8000-000000000001"),
            CameraId.Parse("01936f00-0000-7000-8000-000000000002"),
            new(OfficerId.Parse("01936f00-0000-7000-8000-000000000003"), "3107", "Amélie Okafor"),
            Sequence: 7,
            new(Digest.Of("the manifest before"u8)),
            Start,
            Start + 30 * Second,
            Start + 120 * Second,
            new("dispatch", "incident 26-113"),
            new("button"),
            Ending.Deactivated,
            PreEventMs: 30_000,
            PreEventSound: true,
            Urgent: false,
            new(-412, 38, Start - 60 * Second),
            [ClipOf(1, Start, Start + 60 * Second), ClipOf(2, Start + 60 * Second, Start + 120 * Second)],
            [new(RecordingState.Muted, Start + 40 * Second, Start + 50 * Second, "medical", "in the ambulance", SaidAloud: true)],
            [new(Start + 45 * Second, "knife found"), new(Start + 70 * Second, null)],
            [new(Start + Second, 43.6532, -79.3832, 4.5), new(Start + 2 * Second, 43.6533, -79.3831, null)],
            "lapel-camera 0.1.0"
        );

    static ClipEntry Torn(ClipEntry clip) =>
        clip with
        {
            Complete = false,
            SealedLengthBytes = 20_000,
            ClearLengthBytes = SealedFormat.FirstSegmentClearBytes,
        };

    static ClipEntry ClipOf(int number, Instant from, Instant until) =>
        new(
            number,
            ClipId.Parse($"01936f00-0000-7000-8000-00000000001{number}"),
            from,
            until,
            1_056,
            new(Digest.Of([(byte)number])),
            1_000,
            new(Digest.Of([(byte)number, 1])),
            Complete: true
        );

    static Manifest Clip(Manifest m, int index, Func<ClipEntry, ClipEntry> change) =>
        m with
        {
            Clips = [.. m.Clips.Select((c, i) => i == index ? change(c) : c)],
        };

    static Manifest State(Manifest m, Func<StateSpan, StateSpan> change) => m with { States = [change(m.States[0])] };

    static Manifest Position(Manifest m, Func<Position, Position> change) => m with { Positions = [change(m.Positions[0])] };

    static byte[] Payload(Manifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, LapelJson.Strict);
}
