using System.Diagnostics;
using Lapel.Media;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Media;

public sealed class FfmpegTests
{
    static readonly CancellationToken stop = TestContext.Current.CancellationToken;
    static readonly CaptureSettings Small = new(320, 180, 15, 300, 48, "ultrafast");

    static (ClipIndex Index, ReadAt Read) Open(byte[] clip) =>
        (ClipIndex.Read(GoldenMedia.Reader(clip), clip.Length), GoldenMedia.Reader(clip));

    /// <summary>No test machine has such devices; what would be run on one is at least exactly this.</summary>
    [Fact]
    public void A_video_and_a_sound_device_are_read_with_exactly_this_command() =>
        string.Join(' ', Capture.Arguments(new CaptureSource.Devices("/dev/video0", "hw:1"), Small).List)
            .ShouldContain(
                "-f v4l2 -framerate 15 -video_size 320x180 -use_wallclock_as_timestamps 1 -thread_queue_size 64 -i /dev/video0 "
                    + "-f alsa -use_wallclock_as_timestamps 1 -isync 0 -thread_queue_size 512 -i hw:1 -map 0:v:0 -map 1:a:0 "
            );

    [Fact]
    public void A_video_device_alone_is_a_recording_without_sound() =>
        string.Join(' ', Capture.Arguments(new CaptureSource.Devices("/dev/video2", null), Small).List)
            .ShouldContain("-i /dev/video2 -map 0:v:0 -");

    /// <param name="tapped">With packets beside the recording for a port that nobody reads: the recording is the same.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_camera_s_fragments_say_when_their_first_frame_was_encoded(bool tapped)
    {
        var scene = new CaptureSource.TestScene("A1234 'quoted:%\\");
        await using var run = Ffmpeg.Find().Start(Capture.Arguments(scene, Small, tapped ? new(9, 1, 2) : null));
        var before = TimeProvider.System.Now();
        var (stream, fragments) = (new FragmentStream(), new List<(Fragment Fragment, Instant Arrived)>());
        var buffer = new byte[64 << 10];
        Task? finishing = null;
        while (await run.Output.ReadAsync(buffer, stop) is > 0 and var got)
        {
            stream.Write(buffer.AsSpan(0, got));
            while (stream.TryRead(out var fragment))
                fragments.Add((fragment, TimeProvider.System.Now()));
            if (fragments.Count >= 3)
                finishing ??= run.Finish(TimeSpan.FromMinutes(1), stop);
        }
        await finishing.ShouldNotBeNull(run.LastWords);
        await run.WaitForEnd(stop);
        fragments.Count.ShouldBeGreaterThanOrEqualTo(3);
        fragments[0].Fragment.StartsWithKeyframe.ShouldBeTrue();
        foreach (var (fragment, arrived) in fragments)
        {
            var captured = fragment.CapturedAt.ShouldNotBeNull();
            (captured >= before).ShouldBeTrue();
            (arrived - captured).TotalSeconds.ShouldBeInRange(fragment.DurationUs / 1e6 - 0.3, fragment.DurationUs / 1e6 + 20);
        }
        GoldenMedia.ShouldDecode(GoldenMedia.Join(stream.Init.ShouldNotBeNull(), fragments.Select(f => f.Fragment)));
    }

    [Fact]
    public async Task A_source_without_sound_is_tapped_for_its_picture_alone()
    {
        using var socket = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        var tap = new CaptureTap(((System.Net.IPEndPoint)socket.Client.LocalEndPoint!).Port, 4711, 4712);
        var silent = new FfmpegArguments()
            .Input("testsrc2=size=320x180:rate=15", "-re", "-t", "2", "-f", "lavfi")
            .Map("0:v:0", "0:a:0?")
            .Map("0:a:0?")
            .H264("ultrafast", 300)
            .Aac(48, channels: 1)
            .FragmentsToStdoutAnd(tap);
        var recorded = await Ffmpeg.Find().Run(silent, null, 16 << 20, TimeSpan.FromMinutes(2), stop);
        var stream = new FragmentStream();
        stream.Write(recorded);
        stream.TryRead(out _).ShouldBeTrue();
        byte[] packet;
        do packet = (await socket.ReceiveAsync(stop)).Buffer;
        while (packet[1] is >= 192 and <= 223); // ffmpeg's own reports
        packet.Length.ShouldBeLessThanOrEqualTo(CaptureTap.MostPacketBytes);
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(8)).ShouldBe(4711u);
    }

    [Fact]
    public async Task A_file_is_captured_as_fast_as_it_can_be_read()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, GoldenMedia.Matroska, stop);
            var bytes = await Ffmpeg
                .Find()
                .Run(
                    Capture.Arguments(new CaptureSource.File(file, RealTime: false), Small),
                    null,
                    10 << 20,
                    TimeSpan.FromMinutes(1),
                    stop
                );
            var (index, _) = Open(bytes);
            index.NotPlayableDirectly.ShouldBeNull();
            index.Fragments.Count.ShouldBe(5);
            index.Sound.ShouldNotBeNull();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Normal")]
    [InlineData("Hevc")]
    [InlineData("NegativeOffsets")]
    [InlineData("OddTimescales")]
    public async Task A_filmstrip_has_one_picture_a_keyframe(string name)
    {
        var (index, read) = Open(FragmentTests.Clip(name));
        var strip = (await Filmstrip.Make(Ffmpeg.Find(), index, read, new(PictureWidth: 64, Columns: 3), stop)).ShouldNotBeNull();
        strip.Layout.TimesUs.ShouldBe(index.Fragments.Where(f => f.StartsWithKeyframe).Select(f => f.StartUs));
        strip.Layout.Rows.ShouldBe(2);
        strip.Jpeg[..2].ShouldBe([0xFF, 0xD8]);
        SizeOf(strip.Jpeg).ShouldBe((192, 96));
        System.Text.Encoding.UTF8.GetString(strip.LayoutJson()).ShouldStartWith("{\"columns\":3,\"rows\":2,");
    }

    [Fact]
    public async Task A_filmstrip_reads_the_keyframes_and_not_the_rest()
    {
        var clip = GoldenMedia.Normal;
        var (index, read) = Open(clip);
        long bytesRead = 0;
        await Filmstrip.Make(
            Ffmpeg.Find(),
            index,
            (offset, into) =>
            {
                bytesRead += into.Length;
                return read(offset, into);
            },
            new(),
            stop
        );
        bytesRead.ShouldBeLessThan(clip.Length / 2);
    }

    [Fact]
    public async Task A_waveform_shows_sound_where_it_is()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.Normal);
        var sound = init.Sound.ShouldNotBeNull();
        // A hole, a second of tone, one of silence, a hole, a second of tone.
        byte[] clip = GoldenMedia.Join(
            init,
            [
                fragments[0].Without(sound.Id),
                fragments[1],
                fragments[2].Silenced(sound),
                fragments[3].Without(sound.Id),
                fragments[4],
            ]
        );
        var (index, read) = Open(clip);
        var waveform = (await Waveform.Make(Ffmpeg.Find(), index, read, 10, stop)).ShouldNotBeNull();
        waveform.Peaks.Length.ShouldBeInRange(98, 104);
        Loudest(waveform, 0, 9).ShouldBe(0);
        Loudest(waveform, 11, 19).ShouldBeGreaterThan(10);
        Loudest(waveform, 22, 39).ShouldBe(0);
        Loudest(waveform, 42, 48).ShouldBeGreaterThan(5);
        var again = Waveform.FromBytes(waveform.ToBytes());
        again.SlicesPerSecond.ShouldBe(10);
        again.Peaks.ShouldBe(waveform.Peaks);

        static int Loudest(Waveform w, int from, int to) =>
            Enumerable.Range(from * 2, (to - from) * 2).Max(i => Math.Max(0, (int)w.Peaks[i]));
    }

    [Fact]
    public async Task What_a_clip_does_not_have_is_not_made()
    {
        var (mute, readMute) = Open(GoldenMedia.WithoutSound);
        (await Waveform.Make(Ffmpeg.Find(), mute, readMute, 10, stop)).ShouldBeNull();
        var (dark, readDark) = Open(GoldenMedia.WithoutPicture);
        (await Filmstrip.Make(Ffmpeg.Find(), dark, readDark, new(), stop)).ShouldBeNull();
        var (ordinary, readOrdinary) = Open(GoldenMedia.OrdinaryLateMoov);
        (await Filmstrip.Make(Ffmpeg.Find(), ordinary, readOrdinary, new(), stop)).ShouldBeNull();
    }

    [Theory]
    [InlineData("Hevc")]
    [InlineData("OrdinaryLateMoov")]
    [InlineData("Matroska")]
    [InlineData("WebM")]
    [InlineData("WithoutPicture")]
    public async Task A_proxy_plays_in_browsers(string name)
    {
        var clip = FragmentTests.Clip(name);
        var proxy = new MemoryStream();
        await Proxy.Make(Ffmpeg.Find(), GoldenMedia.Reader(clip), clip.Length, proxy, TimeSpan.FromMinutes(2), stop);
        var (index, _) = Open(proxy.ToArray());
        index.NotPlayableDirectly.ShouldBeNull();
        index.DurationUs.ShouldBeInRange(4_900_000, 5_150_000);
        GoldenMedia.DecodedFrames(proxy.ToArray()).ShouldBe(GoldenMedia.DecodedFrames(clip));
    }

    [Fact]
    public async Task A_playlist_posing_as_a_clip_opens_nothing()
    {
        var clip = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"u8.ToArray();
        var failure = await Should.ThrowAsync<FfmpegException>(() =>
            Proxy.Make(Ffmpeg.Find(), GoldenMedia.Reader(clip), clip.Length, Stream.Null, TimeSpan.FromMinutes(1), stop)
        );
        failure.Message.ShouldContain("failed");
    }

    [Fact]
    public async Task A_failure_ends_with_ffmpeg_s_own_words()
    {
        var failure = await Should.ThrowAsync<FfmpegException>(() =>
            Ffmpeg
                .Find()
                .Run(
                    new FfmpegArguments().Input("file:/nowhere/at all.mp4").ToStdout("mp4"),
                    null,
                    1000,
                    TimeSpan.FromMinutes(1),
                    stop
                )
        );
        failure.Message.ShouldContain("/nowhere/at all.mp4");
    }

    [Fact]
    public async Task A_run_that_takes_too_long_is_ended_and_so_is_one_that_writes_too_much()
    {
        var endless = new FfmpegArguments()
            .Input("testsrc2=s=320x240", "-re", "-f", "lavfi")
            .Add("-c:v", "rawvideo")
            .ToStdout("rawvideo");
        var watch = Stopwatch.StartNew();
        (
            await Should.ThrowAsync<FfmpegException>(() =>
                Ffmpeg.Find().Run(endless, null, int.MaxValue, TimeSpan.FromSeconds(1), stop)
            )
        ).Message.ShouldContain("took longer than 1 s");
        (
            await Should.ThrowAsync<FfmpegException>(() => Ffmpeg.Find().Run(endless, null, 1000, TimeSpan.FromMinutes(1), stop))
        ).Message.ShouldContain("more than 1000 bytes");
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Should.ThrowAsync<OperationCanceledException>(() =>
            Ffmpeg.Find().Run(endless, null, int.MaxValue, TimeSpan.FromMinutes(1), cancel.Token)
        );
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1), "less than any of the runs may take");
    }

    [Fact]
    public async Task A_clip_that_cannot_be_read_fails_as_itself_and_not_as_ffmpeg()
    {
        var (index, read) = Open(GoldenMedia.Normal);
        var calls = 0;
        await Should.ThrowAsync<IOException>(() =>
            Filmstrip.Make(
                Ffmpeg.Find(),
                index,
                (offset, into) => ++calls > 4 ? throw new IOException("the disk") : read(offset, into),
                new(),
                stop
            )
        );
    }

    static (int Width, int Height) SizeOf(byte[] jpeg)
    {
        for (var at = 2; at < jpeg.Length - 9; at += 2 + (jpeg[at + 2] << 8) + jpeg[at + 3])
            if (jpeg[at + 1] is 0xC0 or 0xC1 or 0xC2)
                return ((jpeg[at + 7] << 8) + jpeg[at + 8], (jpeg[at + 5] << 8) + jpeg[at + 6]);
        return default;
    }
}
