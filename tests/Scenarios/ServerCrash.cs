using System.Text.RegularExpressions;
using NodaTime;

namespace Lapel.Scenarios;

/// <summary>The server loses power at every durable step, and at moments that nobody chose. Cameras and receipts must not notice.</summary>
public sealed partial class ServerCrash
{
    const int KilledBySignal9 = 137;
    static readonly TimeSpan Patience = Wait.Patiently;

    static readonly string[] OnTheWayIn =
    [
        "upload-after-files",
        "upload-after-sync",
        "upload-after-note",
        "admission-after-keys",
        "admission-after-vault-keep",
        "admission-after-commit",
        "admission-after-integration",
    ];

    static readonly string[] OnTheWayToQuarantine =
    [
        "quarantine-after-reason",
        "quarantine-after-commit",
        "quarantine-after-move",
    ];

    [Fact]
    public void Every_step_that_ingest_names_is_in_these_tests() =>
        Directory
            .EnumerateFiles(Path.Combine(Programs.Root, "src", "Ingest"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Step().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .ShouldBe([.. OnTheWayIn, .. OnTheWayToQuarantine], ignoreOrder: true);

    [Fact]
    public async Task A_server_that_dies_at_any_step_of_upload_and_admission_has_the_recording_once_and_its_receipt_after_the_next_start()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        await camera.Start();
        var receipts = new Dictionary<string, Receipt>();
        foreach (var step in OnTheWayIn)
        {
            await house.Server.Restart(crashAt: step);
            var recording = await camera.Record(1);
            await camera.Tell("dock");
            (await house.Server.Process.Exit(Patience)).ShouldBe(KilledBySignal9, step);
            await house.Server.StartAgain();
            await camera.UntilFreed(recording);
            await camera.Tell("undock");
            receipts[recording] = camera.ReceiptOf(recording);
        }
        await AllHold(house, receipts);
    }

    [Fact]
    public async Task A_server_that_dies_at_any_step_into_quarantine_has_the_refused_recording_there_once_after_the_next_start()
    {
        await using var house = await LiveHouse.Open();
        using var camera = await RawCamera.Enrol(house, "RAW-1");
        foreach (var step in OnTheWayToQuarantine)
        {
            await house.Server.Restart(crashAt: step);
            var (recording, clip) = (RecordingId.New(), camera.Seal([1, 2, 3]));
            await camera.Upload(recording, clip);
            var lie = camera.Sign(
                recording,
                clip.Entry,
                truth => truth with { Clips = [clip.Entry with { SealedDigest = new(Digest.Of([])) }] }
            );
            await Should.ThrowAsync<HttpRequestException>(() => camera.Admit(lie));
            (await house.Server.Process.Exit(Patience)).ShouldBe(KilledBySignal9, step);
            await house.Server.StartAgain();
            var (status, code, _) = await camera.Admit(lie);
            ((int)status, code).ShouldBe((422, "clip-digest-differs"), step);
        }
        var kept = await (await house.As("clerk")).Get("api/v1/quarantine");
        kept.GetRawText().Split("\"code\":\"clip-digest-differs\"").Length.ShouldBe(OnTheWayToQuarantine.Length + 1);
        (await house.Recordings()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_is_killed_again_and_again_while_a_camera_uploads_ends_with_every_recording_once()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        await camera.Start("--limit-kbps", "1500");
        var recordings = new List<string>();
        for (var i = 0; i < 3; i++)
            recordings.Add(await camera.Record(2));
        await camera.Tell("dock");
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var kill = 0; kill < 6; kill++)
        {
            await Task.Delay(random.Next(1500));
            await house.Server.Kill();
            await house.Server.StartAgain();
        }
        foreach (var recording in recordings)
            await camera.UntilFreed(recording);
        await AllHold(house, recordings.ToDictionary(r => r, camera.ReceiptOf));
    }

    static async Task AllHold(LiveHouse house, Dictionary<string, Receipt> receipts)
    {
        var log = await house.Log();
        (await house.Recordings()).Count.ShouldBe(receipts.Count);
        foreach (var (recording, given) in receipts)
        {
            given.WhyNotValid(log).ShouldBeNull();
            (await house.ReceiptOf(recording)).Entry.ShouldBe(given.Entry, "the admission that the camera was promised");
        }
    }

    [GeneratedRegex("""Crash\.Here\("([^"]+)"\)""")]
    private static partial Regex Step();
}
