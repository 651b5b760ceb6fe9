using System.Globalization;
using Lapel.Media;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Media;

public sealed class PlaylistTests
{
    static readonly Instant Start = Time.TryParse("2026-11-21T08:03:00.25Z")!.Value;

    static PlaylistClip Clip(int number, byte[] bytes) =>
        new(number, ClipIndex.Read(GoldenMedia.Reader(bytes), bytes.Length), Start + Duration.FromSeconds(5 * number));

    static string Url(PlaylistClip clip) => string.Create(CultureInfo.InvariantCulture, $"clips/{clip.Number}/media");

    [Theory]
    [InlineData("Normal")]
    [InlineData("WithoutSound")]
    [InlineData("TracksApart")]
    [InlineData("EveryFrame")]
    [InlineData("NegativeOffsets")]
    [InlineData("OddTimescales")]
    public void The_ranges_of_a_playlist_put_together_decode_to_every_frame(string name)
    {
        var bytes = FragmentTests.Clip(name);
        var playlist = Playlist.Write([Clip(1, bytes)], Url);
        var joined = Ranges(playlist).SelectMany(r => bytes.AsSpan((int)r.Offset, (int)r.LengthBytes).ToArray()).ToArray();
        GoldenMedia.ShouldDecode(joined);
        GoldenMedia.DecodedFrames(joined).ShouldBe(GoldenMedia.DecodedFrames(bytes));
        GoldenMedia.DecodedFrames(joined, "a").ShouldBe(GoldenMedia.DecodedFrames(bytes, "a"));
    }

    [Fact]
    public void A_playlist_of_two_clips_says_where_one_ends()
    {
        var lines = Playlist.Write([Clip(1, GoldenMedia.Normal), Clip(2, GoldenMedia.Normal)], Url).Split('\n');
        lines[0].ShouldBe("#EXTM3U");
        lines.Count(l => l == "#EXT-X-DISCONTINUITY").ShouldBe(1);
        lines.Count(l => l.StartsWith("#EXT-X-MAP:URI=\"clips/", StringComparison.Ordinal)).ShouldBe(2);
        lines.ShouldContain("#EXT-X-PROGRAM-DATE-TIME:2026-11-21T08:03:05.250Z");
        lines.ShouldContain("#EXT-X-PROGRAM-DATE-TIME:2026-11-21T08:03:10.250Z");
        lines.ShouldContain("#EXT-X-ENDLIST");
    }

    [Fact]
    public void Durations_add_up_and_none_is_above_the_target()
    {
        var clip = Clip(1, GoldenMedia.Normal);
        var lines = Playlist.Write([clip], Url).Split('\n');
        var durations = lines
            .Where(l => l.StartsWith("#EXTINF:", StringComparison.Ordinal))
            .Select(l => double.Parse(l[8..^1], CultureInfo.InvariantCulture))
            .ToList();
        (durations.Sum() * 1_000_000).ShouldBe(clip.Index.DurationUs, 100_000);
        var target = int.Parse(
            lines.Single(l => l.StartsWith("#EXT-X-TARGETDURATION:", StringComparison.Ordinal))[22..],
            CultureInfo.InvariantCulture
        );
        durations.ShouldAllBe(d => Math.Round(d) <= target);
    }

    [Fact]
    public void What_comes_before_the_first_keyframe_is_left_out()
    {
        var every = ClipIndex.Read(GoldenMedia.Reader(GoldenMedia.EveryFrame), GoldenMedia.EveryFrame.Length);
        var index = every with { Fragments = [.. every.Fragments.Skip(7)] };
        var first = index.Fragments.First(f => f.StartsWithKeyframe);
        Ranges(Playlist.Write([new(1, index, null)], Url))[1].Offset.ShouldBe(first.Offset);
    }

    [Fact]
    public void A_clip_that_needs_a_proxy_is_not_listed()
    {
        Should
            .Throw<InvalidOperationException>(() => Playlist.Write([Clip(3, GoldenMedia.Hevc)], Url))
            .Message.ShouldContain("Clip 3");
    }

    [Fact]
    public void A_url_cannot_add_lines_to_a_playlist() =>
        Should.Throw<ArgumentException>(() => Playlist.Write([Clip(1, GoldenMedia.Normal)], _ => "x\n#EXT-X-ENDLIST"));

    /// <summary>The init segment and the byte ranges, as a player reads them.</summary>
    static List<ByteRange> Ranges(string playlist)
    {
        var found = new List<ByteRange>();
        foreach (var line in playlist.Split('\n'))
            if (line.StartsWith("#EXT-X-MAP", StringComparison.Ordinal))
                found.Add(Parse(line[(line.IndexOf("BYTERANGE=\"", StringComparison.Ordinal) + 11)..^1]));
            else if (line.StartsWith("#EXT-X-BYTERANGE:", StringComparison.Ordinal))
                found.Add(Parse(line[17..]));
        return found;

        static ByteRange Parse(string text) =>
            text.Split('@') is [var length, var offset]
                ? new(long.Parse(offset, CultureInfo.InvariantCulture), long.Parse(length, CultureInfo.InvariantCulture))
                : throw new FormatException(text);
    }
}
