using System.Diagnostics;
using Lapel.Governance;
using Lapel.Tests.Media;

namespace Lapel.Tests.Governance;

/// <summary>The job itself, on sealed recordings of several clips and with real ffmpeg: what is odd is found across the seams.</summary>
[Trait("engine", "both")]
public sealed class Looking_for_leads
{
    const string Street = "testsrc2=s=160x120:r=10:d=5";
    const string Night = "color=black:s=160x120:r=10:d=5";
    const string Wall = "smptebars=s=160x120:r=10:d=5";
    const string Tone = "sine=f=440:r=48000:d=5";
    const string Quiet = "anullsrc=r=48000:cl=mono,atrim=duration=5";

    static async Task<byte[]> Clip(string picture, string sound)
    {
        var file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("ffmpeg");
            foreach (
                var argument in new[]
                {
                    "-v",
                    "error",
                    "-y",
                    "-filter_complex",
                    $"{picture}[v];{sound}[a]",
                    "-map",
                    "[v]",
                    "-map",
                    "[a]",
                }
                    .Concat([
                        "-t",
                        "5",
                        "-c:v",
                        "libx264",
                        "-preset",
                        "ultrafast",
                        "-g",
                        "10",
                        "-pix_fmt",
                        "yuv420p",
                        "-c:a",
                        "aac",
                    ])
                    .Concat([
                        "-movflags",
                        "empty_moov+default_base_moof+frag_keyframe+delay_moov+skip_trailer",
                        "-f",
                        "mp4",
                        file,
                    ])
            )
                start.ArgumentList.Add(argument);
            using var run = Process.Start(start)!;
            await run.WaitForExitAsync();
            run.ExitCode.ShouldBe(0);
            return await File.ReadAllBytesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Finds_what_is_dark_still_or_silent_across_clips_and_leaves_an_ordinary_recording_alone()
    {
        await using var house = await DecidingHouse.Open();
        var street = await Clip(Street, Tone);
        async Task<IReadOnlyList<(LeadKind Kind, double From, double Until)>> LeadsOf(params byte[][] clips)
        {
            var recording = (await house.Room.Admit(clips)).Id;
            house.Pass(hours: 0.1);
            for (var i = 0; i < 1800; i++)
            {
                await using (var reading = await house.Room.Read())
                    if (await MediaLeads.LookedAt(reading, recording, default) is not null)
                        return
                        [
                            .. (await MediaLeads.Of(reading, recording, default)).Select(l =>
                                (l.Kind, l.FromMs / 1000.0, l.UntilMs / 1000.0)
                            ),
                        ];
                await Task.Delay(100);
            }
            throw new TimeoutException("Nobody looked through the recording within three minutes.");
        }
        void ShouldLie((LeadKind Kind, double From, double Until) lead, LeadKind kind, double from, double until)
        {
            lead.Kind.ShouldBe(kind);
            lead.From.ShouldBe(from, 1.3);
            lead.Until.ShouldBe(until, 1.3);
        }

        (await LeadsOf(street, street)).ShouldBeEmpty();
        var covered = await Clip(Night, Tone);
        ShouldLie((await LeadsOf(street, covered, covered, covered, street)).ShouldHaveSingleItem(), LeadKind.LensCovered, 5, 20);
        var still = await Clip(Wall, Tone);
        ShouldLie((await LeadsOf(still, still, street)).ShouldHaveSingleItem(), LeadKind.FrozenPicture, 0, 10);
        var silent = await Clip(Street, Quiet);
        // The camera says that it was muted from the first to the second second: that much is no surprise.
        ShouldLie((await LeadsOf(silent, silent, silent, silent, street)).ShouldHaveSingleItem(), LeadKind.SilentSound, 2, 20);
        var dead = await Clip(Night, Quiet);
        var both = await LeadsOf(street, dead, dead, dead, dead);
        both.Count.ShouldBe(2);
        ShouldLie(both.Single(l => l.Kind == LeadKind.BlackPicture), LeadKind.BlackPicture, 5, 25);
        ShouldLie(both.Single(l => l.Kind == LeadKind.SilentSound), LeadKind.SilentSound, 5, 25);

        await using var after = await house.Room.Read();
        (
            await after.Any("SELECT 1 FROM finding WHERE kind NOT IN ('docked-late', 'untagged', 'short-buffer')", null, default)
        ).ShouldBeFalse("a lead is never a finding");
    }
}
