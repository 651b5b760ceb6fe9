using Lapel.Media;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Media;

public sealed class ClipIndexTests
{
    static ClipIndex Index(byte[] clip) => ClipIndex.Read(GoldenMedia.Reader(clip), clip.Length);

    [Theory]
    [InlineData("Normal", 5, true, true)]
    [InlineData("WithoutSound", 5, true, false)]
    [InlineData("WithoutPicture", 5, false, true)]
    [InlineData("OddTimescales", 5, true, true)]
    [InlineData("NegativeOffsets", 5, true, true)]
    [InlineData("AbsoluteOffsets", 5, true, true)]
    [InlineData("Opus", 5, true, true)]
    [InlineData("TracksApart", 10, true, true)]
    [InlineData("EveryFrame", 384, true, true)]
    public void A_fragmented_clip_plays_as_it_is(string name, int fragments, bool picture, bool sound)
    {
        var index = Index(FragmentTests.Clip(name));
        index.NotPlayableDirectly.ShouldBeNull();
        index.Cut.ShouldBeFalse();
        index.Fragments.Count.ShouldBeInRange(fragments, fragments + (name == "EveryFrame" ? 4 : 1));
        (index.Video is not null).ShouldBe(picture);
        (index.Sound is not null).ShouldBe(sound);
        index.DurationUs.ShouldBeInRange(4_950_000, 5_080_000);
        index.SoundGaps.ShouldBeEmpty();
        index.Fragments[0].StartUs.ShouldBe(0);
        index.Fragments[0].StartsWithKeyframe.ShouldBeTrue();
    }

    [Theory]
    [InlineData("Hevc", "hvc1.1.6.L")]
    [InlineData("OrdinaryLateMoov", "ordinary MP4")]
    [InlineData("OrdinaryEarlyMoov", "ordinary MP4")]
    [InlineData("Matroska", "Matroska or WebM with H.264 and A_AAC")]
    [InlineData("WebM", "Matroska or WebM with vp8 and opus")]
    public void What_browsers_do_not_play_says_why(string name, string part)
    {
        var why = Index(FragmentTests.Clip(name)).NotPlayableDirectly.ShouldNotBeNull();
        why.ShouldContain(part);
        why.ShouldEndWith(".");
    }

    [Fact]
    public void An_ordinary_clip_still_tells_its_length_and_codecs()
    {
        var index = Index(GoldenMedia.OrdinaryLateMoov);
        index.DurationUs.ShouldBeInRange(4_950_000, 5_080_000);
        index.Video.ShouldNotBeNull().Codec.ShouldStartWith("avc1.64");
    }

    [Theory]
    [InlineData("Matroska")]
    [InlineData("WebM")]
    public void What_a_browser_recorded_as_WebM_tells_its_length_and_tracks_and_how_much_of_it_is_there(string name)
    {
        var clip = FragmentTests.Clip(name);
        var index = Index(clip);
        index.Cut.ShouldBeFalse();
        index.DurationUs.ShouldBeInRange(4_900_000, 5_080_000);
        var picture = index.Video.ShouldNotBeNull();
        (picture.Width, picture.Height).ShouldBe((160, 120));
        index.Sound.ShouldNotBeNull().SampleRateHz.ShouldBe(48_000);

        var half = Index(clip[..(clip.Length / 2)]);
        half.Cut.ShouldBeTrue();
        half.DurationUs.ShouldBeInRange(1_000_000, 4_000_000);
    }

    [Fact]
    public void An_empty_clip_is_said_to_be_empty() => Index([]).NotPlayableDirectly.ShouldBe("The clip is empty.");

    [Fact]
    public void A_turned_camera_is_shown_upright() =>
        Index(GoldenMedia.TurnedRight).Video.ShouldNotBeNull().RotationDegrees.ShouldBe(90);

    [Fact]
    public void Lengths_of_64_bits_are_read_and_such_a_clip_decodes()
    {
        var clip = GoldenMedia.WideLengths();
        GoldenMedia.ShouldDecode(clip);
        var index = Index(clip);
        index.NotPlayableDirectly.ShouldBeNull();
        index.Fragments.Count.ShouldBe(5);
    }

    [Fact]
    public void A_clip_cut_anywhere_keeps_exactly_its_whole_fragments()
    {
        var clip = GoldenMedia.Normal;
        var whole = Index(clip);
        var ends = whole.Fragments.Select(f => f.End).ToList();
        for (var length = 0; length < clip.Length; length += length < 3000 ? 1 : 37)
        {
            var index = Index(clip[..length]);
            var expected = ends.Count(end => end <= length);
            index.Fragments.ShouldBe(whole.Fragments.Take(expected));
            (index.NotPlayableDirectly is null).ShouldBe(expected > 0);
        }
    }

    [Fact]
    public void What_is_cut_off_inside_a_fragment_is_marked()
    {
        var clip = GoldenMedia.Normal;
        var fourth = Index(clip).Fragments[3];
        Index(clip[..(int)(fourth.End - 1)]).Cut.ShouldBeTrue();
        Index(clip[..(int)fourth.End]).Cut.ShouldBeFalse();
    }

    [Fact]
    public void Holes_and_silence_in_the_sound_are_found()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.Normal);
        var sound = init.Sound.ShouldNotBeNull();
        var hole = Index(GoldenMedia.Join(init, fragments.Select((f, i) => i is 1 or 2 ? f.Without(sound.Id) : f)));
        var gap = hole.SoundGaps.ShouldHaveSingleItem();
        gap.Silenced.ShouldBeFalse();
        gap.StartUs.ShouldBeInRange(900_000, 1_100_000);
        gap.DurationUs.ShouldBeInRange(1_900_000, 2_100_000);

        var silence = Index(GoldenMedia.Join(init, fragments.Select((f, i) => i < 2 ? f.Silenced(sound) : f)))
            .SoundGaps.ShouldHaveSingleItem();
        silence.Silenced.ShouldBeTrue();
        silence.DurationUs.ShouldBeInRange(1_900_000, 2_100_000);

        Index(GoldenMedia.Join(init, fragments.Select(f => f.Without(sound.Id))))
            .SoundGaps.ShouldHaveSingleItem()
            .StartUs.ShouldBe(0);
    }

    [Fact]
    public void A_clip_that_begins_late_on_its_own_timeline_is_counted_from_its_first_picture()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.Normal);
        var late = Index(GoldenMedia.Join(init, fragments[2..].Select(f => f.EarlierBy(-7200))));
        late.Fragments[0].StartUs.ShouldBe(0);
        late.MediaStartUs.ShouldBeInRange(7_201_900_000, 7_202_100_000);
        late.DurationUs.ShouldBeInRange(2_950_000, 3_080_000);
        late.NotPlayableDirectly.ShouldBeNull();
    }

    [Theory]
    [InlineData("Normal")]
    [InlineData("Hevc")]
    [InlineData("OrdinaryLateMoov")]
    [InlineData("TracksApart")]
    [InlineData("NegativeOffsets")]
    public void An_index_stored_and_read_again_is_the_same(string name)
    {
        var index = Index(FragmentTests.Clip(name));
        ShouldBeSame(ClipIndex.FromBytes(index.ToBytes()), index);
    }

    internal static void ShouldBeSame(ClipIndex one, ClipIndex other)
    {
        one.Tracks.ShouldBe(other.Tracks);
        one.Fragments.ShouldBe(other.Fragments);
        one.SoundGaps.ShouldBe(other.SoundGaps);
        (one with { Tracks = [], Fragments = [], SoundGaps = [] }).ShouldBe(
            other with
            {
                Tracks = one.Tracks.Take(0).ToArray(),
                Fragments = [],
                SoundGaps = [],
            }
        );
    }

    [Fact]
    public void An_hour_is_indexed_in_less_than_64_KiB_and_without_reading_the_pictures()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.Normal);
        var hour = new List<byte[]> { init.Bytes };
        for (var i = 0; i < 720; i++)
            hour.AddRange(fragments.Select(f => f.EarlierBy(-5 * i).Bytes));
        var clip = hour.SelectMany(b => b).ToArray();
        long bytesRead = 0;
        var reader = GoldenMedia.Reader(clip);
        var index = ClipIndex.Read(
            (offset, into) =>
            {
                bytesRead += into.Length;
                return reader(offset, into);
            },
            clip.Length
        );
        index.Fragments.Count.ShouldBe(3600);
        index.DurationUs.ShouldBeInRange(3_599_900_000, 3_600_200_000);
        index.ToBytes().Length.ShouldBeLessThan(64 << 10);
        bytesRead.ShouldBeLessThan(3600 * 1100);
    }

    [Fact]
    public void A_reader_that_fails_is_heard_and_one_that_stops_short_is_a_cut()
    {
        var clip = GoldenMedia.Normal;
        Should.Throw<IOException>(() => ClipIndex.Read((_, _) => throw new IOException("disk"), clip.Length));
        ClipIndex.Read(GoldenMedia.Reader(clip[..5000]), clip.Length).Cut.ShouldBeTrue();
    }
}
