using Lapel.Evidence;
using Lapel.Media;
using Lapel.Records;
using Lapel.Renditions;
using Lapel.Tests.Evidence;
using Lapel.Tests.Media;

namespace Lapel.Tests.Renditions;

public sealed class Renditions_of_a_recording
{
    static readonly byte[] JpegStart = [0xFF, 0xD8, 0xFF];

    static async Task RunJobs(EvidenceRoom room, Recording recording)
    {
        await using (var work = await room.Begin())
        {
            await Jobs.Enqueue(work, "renditions", recording.Id.Text, EvidenceRoom.Stop);
            await work.Commit(EvidenceRoom.Stop);
        }
        using var done = new CancellationTokenSource();
        var running = room.Agency.Get<Jobs>().Run(done.Token);
        for (var i = 0; i < 3600; i++)
        {
            await using var reading = await room.Read();
            (await Jobs.InTrouble(reading, EvidenceRoom.Stop)).ShouldBeEmpty();
            if (!await reading.Any("SELECT 1 FROM job", null, EvidenceRoom.Stop))
                break;
            await Task.Delay(50);
        }
        await done.CancelAsync();
        await running.ContinueWith(_ => { });
    }

    [Fact]
    public async Task Are_made_in_the_background_sealed_and_come_back_after_being_deleted()
    {
        await using var room = await EvidenceRoom.Open();
        var recording = await room.Admit(GoldenMedia.Normal, GoldenMedia.Normal);
        var clips = await room.ClipsOf(recording);
        var files = room.Agency.Get<RenditionFiles>();
        foreach (var _ in new[] { 1, 2 })
        {
            await RunJobs(room, recording);
            foreach (var name in new[] { RenditionFiles.Filmstrip, RenditionFiles.Thumbnails })
            {
                var packed = files.Read(recording.Id, name, clips).ShouldNotBeNull(name);
                packed.AsSpan().IndexOf(JpegStart).ShouldBeGreaterThan(0, "a JPEG");
            }
            System
                .Text.Encoding.UTF8.GetString(files.Read(recording.Id, RenditionFiles.Waveform, clips)!)
                .ShouldStartWith("""{"everyMs":100,"peaks":[""");
            foreach (var file in Directory.EnumerateFiles(room.Agency.Folder.Renditions, "*", SearchOption.AllDirectories))
                File.ReadAllBytes(file).AsSpan().IndexOf(JpegStart).ShouldBe(-1, "sealed at rest");
            Directory.Delete(room.Agency.Folder.Renditions, recursive: true);
        }
    }

    [Fact]
    public async Task Cannot_be_read_once_the_key_of_any_of_its_clips_is_destroyed()
    {
        await using var room = await EvidenceRoom.Open();
        var recording = await room.Admit(GoldenMedia.Normal, GoldenMedia.Normal);
        var clips = await room.ClipsOf(recording);
        await RunJobs(room, recording);
        var files = room.Agency.Get<RenditionFiles>();
        files.Read(recording.Id, RenditionFiles.Filmstrip, clips).ShouldNotBeNull();
        room.Keys.Destroy(clips[1].Sealed);
        files.Read(recording.Id, RenditionFiles.Filmstrip, clips).ShouldBeNull();
    }

    [Theory]
    [InlineData("OrdinaryLateMoov")]
    [InlineData("WebM")]
    public async Task Include_a_playable_copy_of_what_browsers_do_not_play(string name)
    {
        await using var room = await EvidenceRoom.Open();
        var recording = await room.Admit(FragmentTests.Clip(name));
        recording.Playback.ShouldBe(Playback.Proxy);
        var clip = (await room.ClipsOf(recording)).Single();
        await RunJobs(room, recording);

        var index = room.Agency.Get<IProxies>().IndexOf(clip).ShouldNotBeNull();
        index.IsBrowserPlayable.ShouldBeTrue();
        index.Fragments.Count.ShouldBeGreaterThan(0);
        room.Agency.Get<RenditionFiles>().Read(recording.Id, RenditionFiles.Thumbnails, [clip]).ShouldNotBeNull();
    }
}
