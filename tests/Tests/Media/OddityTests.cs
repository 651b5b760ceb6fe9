using System.Diagnostics;
using Lapel.Media;

namespace Lapel.Tests.Media;

/// <summary>Clips with one known defect each, made by ffmpeg: what is in them is found where it is, and nothing else.</summary>
public sealed class Odd_media
{
    static readonly OdditySettings Settings = new(DarkSeconds: 4, FrozenSeconds: 4, SilentSeconds: 4);

    static async Task<IReadOnlyList<Oddity>> Of(string graph)
    {
        var file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("ffmpeg");
            foreach (
                var argument in new[] { "-v", "error", "-y", "-filter_complex", graph, "-map", "[v]", "-map", "[a]", "-t", "24" }
                    .Concat(["-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p", "-c:a", "aac"])
                    .Concat([
                        "-movflags",
                        "empty_moov+default_base_moof+frag_keyframe+delay_moov+skip_trailer",
                        "-f",
                        "mp4",
                        file,
                    ])
            )
                start.ArgumentList.Add(argument);
            using (var run = Process.Start(start)!)
            {
                await run.WaitForExitAsync();
                run.ExitCode.ShouldBe(0);
            }
            var clip = await File.ReadAllBytesAsync(file);
            var index = ClipIndex.Read(GoldenMedia.Reader(clip), clip.Length);
            return await Oddities.Find(Ffmpeg.Find(), index, GoldenMedia.Reader(clip), Settings, CancellationToken.None);
        }
        finally
        {
            File.Delete(file);
        }
    }

    const string Street = "testsrc2=s=160x120:r=10:d=24";
    const string Tone = "sine=f=440:r=48000:d=24[a]";

    static void ShouldLie(Oddity found, OddityKind kind, int from, int until)
    {
        found.Kind.ShouldBe(kind);
        (found.FromUs / 1e6).ShouldBe(from, 1.2);
        (found.UntilUs / 1e6).ShouldBe(until, 1.2);
    }

    [Fact]
    public async Task A_clip_without_defect_has_nothing_odd() => (await Of($"{Street}[v];{Tone}")).ShouldBeEmpty();

    [Fact]
    public async Task A_covered_lens_is_dark_while_sound_goes_on() =>
        ShouldLie(
            (await Of($"{Street},drawbox=color=black:t=fill:enable='between(t,8,16)'[v];{Tone}")).ShouldHaveSingleItem(),
            OddityKind.Dark,
            8,
            16
        );

    [Fact]
    public async Task Darkness_until_the_end_lasts_until_the_end() =>
        ShouldLie(
            (await Of($"{Street},drawbox=color=black:t=fill:enable='gte(t,14)'[v];{Tone}")).ShouldHaveSingleItem(),
            OddityKind.Dark,
            14,
            24
        );

    [Fact]
    public async Task A_moment_of_darkness_is_not_told() =>
        (await Of($"{Street},drawbox=color=black:t=fill:enable='between(t,8,10)'[v];{Tone}")).ShouldBeEmpty();

    [Fact]
    public async Task A_frozen_picture_is_found_once_the_encoder_has_settled()
    {
        var found = (
            await Of($"testsrc2=s=160x120:r=10:d=14,tpad=stop_mode=clone:stop_duration=10[v];{Tone}")
        ).ShouldHaveSingleItem();
        found.Kind.ShouldBe(OddityKind.Frozen);
        (found.FromUs / 1e6).ShouldBeInRange(13, 18);
        (found.UntilUs / 1e6).ShouldBe(24, 1.2);
    }

    [Fact]
    public async Task Silence_is_found() =>
        ShouldLie(
            (await Of($"{Street}[v];sine=f=440:r=48000:d=24,volume=enable='between(t,6,15)':volume=0[a]")).ShouldHaveSingleItem(),
            OddityKind.Silent,
            6,
            15
        );
}
