using System.Text.Json;

namespace Lapel.Tests.Web.Phone;

/// <summary>What a phone signs is what the server reads; and it frees on no receipt that the server's own check would not hold for.</summary>
public sealed class PhoneManifestTests
{
    const long Start = 1_795_304_589_410;
    static readonly CameraId Camera = CameraId.New();

    [Fact]
    public async Task Manifests_signed_in_the_browser_are_read_hold_together_and_form_a_chain()
    {
        var answer = await PhoneFormats.Ask(new { ask = "sign", recordings = new[] { Ended(), CutOff() } });
        var key = new CameraPublicKey(answer.GetProperty("spki").GetBytesFromBase64());
        key.KeyId.ToString().ShouldBe(answer.GetProperty("keyId").GetString());
        answer.GetProperty("extractable").GetBoolean().ShouldBeFalse("the key cannot be read out of the browser");

        var read = answer
            .GetProperty("envelopes")
            .EnumerateArray()
            .Select(e => SignedManifest.Read(e.GetBytesFromBase64()))
            .ToList();
        foreach (var (envelope, manifest) in read)
        {
            envelope.IsSignedBy(key).ShouldBeTrue();
            Manifests.WhyNotConsistent(manifest).ShouldBeNull();
            manifest.Camera.ShouldBe(Camera);
        }
        var (ended, cut) = (read[0].Manifest, read[1].Manifest);
        cut.Previous!.Value.Matches(read[0].Envelope.Digest).ShouldBeTrue();
        ended.Ending.ShouldBe(Ending.Deactivated);
        ended.ActivatedAt.ShouldBe(Instant.FromUnixTimeMilliseconds(Start));
        ended.EndCause.ShouldBe(new ActivationCause("button", "over"));
        ended.Clock!.OffsetMs.ShouldBe(-7);
        ended.Bookmarks.Single().Label.ShouldBe("Säge’s «mark»");
        // Nothing is recorded from the end of one clip to the beginning of the next, which is what a stop says.
        var stop = ended.States.Single(s => s.State == RecordingState.Stopped);
        (stop.From, stop.Until).ShouldBe((ended.Clips[0].EndedAt, ended.Clips[1].StartedAt));
        (cut.Ending, cut.Clips.Single().Complete).ShouldBe((Ending.PowerCut, false));
        cut.States.Single().Until.ShouldBeNull();
    }

    [Fact]
    public async Task A_receipt_frees_exactly_when_the_servers_own_check_holds()
    {
        using var fixture = new Custody.LogFixture();
        var recording = RecordingId.New();
        var manifest = Digest.Of("manifest"u8);
        Digest[] clips = [Digest.Of("clip 1"u8), Digest.Of("clip 2"u8)];
        var log = LogVerifier.Parse(fixture.Signer.VerifierKey);
        var receipts = new List<Receipt>();
        using (var open = fixture.Open())
        {
            var camera = new Actor(ActorKind.Camera, Camera.Text, "PHONE-1");
            var entries = Enumerable
                .Range(0, 700)
                .Select(i =>
                    LogEntry
                        .Of(
                            new CustodyEvent.RecordingAdmitted(
                                i == 411 ? recording : RecordingId.New(),
                                Camera,
                                null,
                                manifest,
                                clips
                            ),
                            camera,
                            Instant.FromUnixTimeMilliseconds(Start + i)
                        )
                        .ToBytes()
                )
                .ToList();
            open.Append([.. entries.Select(e => new ReadOnlyMemory<byte>(e))]);
            foreach (var index in new[] { 0, 411, 699 })
                receipts.Add(open.ReceiptFor(index));
        }
        var random = new Random(31);
        var honest = receipts[1];
        for (var i = 0; i < 400; i++)
            receipts.Add(
                i % 2 == 0
                    ? honest with
                    {
                        Entry = Mutated(honest.Entry, random),
                    }
                    : honest with
                    {
                        Proof = Mutated(honest.Proof, random),
                    }
            );

        var answers = await PhoneFormats.Ask(
            new
            {
                ask = "receipts",
                receipts,
                logKey = fixture.Signer.VerifierKey,
                recording,
                manifest,
                clips,
            }
        );

        var said = answers.EnumerateArray().Select(a => a.ValueKind == JsonValueKind.Null ? null : a.GetString()).ToList();
        said[1].ShouldBeNull("the honest receipt holds");
        said.Count(s => s is null).ShouldBeLessThan(60, "some changes change nothing");
        foreach (var (receipt, why) in receipts.Zip(said))
            (why is null).ShouldBe(
                receipt.WhyNotAdmission(log, recording, manifest, clips) is null,
                $"{why}\n{receipt.Entry}\n{receipt.Proof}"
            );
        said[0].ShouldBe("The receipt is for another recording.");
    }

    static string Mutated(string text, Random random)
    {
        var letters = text.ToCharArray();
        var at = random.Next(letters.Length);
        letters[at] = "AZaz09+/=\n —"[random.Next(12)];
        return new(letters);
    }

    static object Ended() =>
        new
        {
            facts = new
            {
                id = RecordingId.New(),
                camera = Camera,
                officer = new OfficerRef(OfficerId.New(), "4711", "Maya Okafor"),
                activatedAt = Start,
                startCause = new { trigger = "button", detail = "Call 31-204" },
                endedAt = Start + 20_000,
                endCause = new { trigger = "button", detail = "over" },
                urgent = true,
                states = new object[]
                {
                    new
                    {
                        state = "muted",
                        from = Start + 2_000,
                        until = Start + 3_000,
                        reasonCode = "medical",
                        saidAloud = true,
                        place = "hospital",
                    },
                    new
                    {
                        state = "stopped",
                        from = Start + 8_000,
                        until = Start + 12_000,
                        reasonCode = "privacy",
                        saidAloud = false,
                    },
                },
                bookmarks = new[] { new { at = Start + 1_500, label = "Säge’s «mark»" } },
                positions = new[]
                {
                    new
                    {
                        at = Start + 1_000,
                        latitude = 43.65,
                        longitude = -79.38,
                        accuracyMetres = 8.5,
                    },
                },
                clock = new
                {
                    offsetMs = -7,
                    roundTripMs = 31,
                    measuredAt = Start - 9_000,
                },
                software = "lapel-phone/0.1.0",
                lastAt = Start + 20_100,
            },
            clips = new[] { Clip(1, Start + 150, Start + 8_120, true), Clip(2, Start + 12_180, Start + 20_050, true) },
        };

    static object CutOff() =>
        new
        {
            facts = new
            {
                id = RecordingId.New(),
                camera = Camera,
                activatedAt = Start + 60_000,
                startCause = new { trigger = "button" },
                urgent = false,
                states = new[]
                {
                    new
                    {
                        state = "averted",
                        from = Start + 61_000,
                        reasonCode = "dignity",
                        saidAloud = false,
                    },
                },
                bookmarks = Array.Empty<object>(),
                positions = Array.Empty<object>(),
                software = "lapel-phone/0.1.0",
                lastAt = Start + 64_000,
            },
            clips = new[] { Clip(1, Start + 60_100, Start + 64_000, false) },
        };

    static object Clip(int number, long startedAt, long endedAt, bool complete) =>
        new
        {
            id = ClipId.New(),
            number,
            startedAt,
            endedAt,
            sealedLengthBytes = 16_384 * 3,
            sealedDigest = Digest.Of([(byte)number, complete ? (byte)1 : (byte)0]),
            clearLengthBytes = 16_328 + 2 * 16_368,
            clearDigest = Digest.Of([1]),
            complete,
        };
}
