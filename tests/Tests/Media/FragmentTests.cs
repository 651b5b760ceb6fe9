using Lapel.Media;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Media;

public sealed class FragmentTests
{
    public static TheoryData<string> Fragmented =>
        [
            "Normal",
            "WithoutSound",
            "WithoutPicture",
            "Hevc",
            "OddTimescales",
            "NegativeOffsets",
            "TracksApart",
            "AbsoluteOffsets",
            "EveryFrame",
            "Opus",
            "Stereo",
            "TurnedRight",
        ];

    internal static byte[] Clip(string name) => (byte[])typeof(GoldenMedia).GetProperty(name)!.GetValue(null)!;

    [Theory]
    [MemberData(nameof(Fragmented))]
    public void A_stream_is_split_the_same_whatever_the_pieces(string name)
    {
        var clip = Clip(name);
        var whole = GoldenMedia.Split(clip);
        foreach (var pieceBytes in (int[])[1, 4099])
        {
            var (init, fragments) = GoldenMedia.Split(clip, pieceBytes);
            init.Bytes.ShouldBe(whole.Init.Bytes);
            fragments.Select(f => f.Bytes).ShouldBe(whole.Fragments.Select(f => f.Bytes));
            fragments.Select(f => f.StartUs).ShouldBe(whole.Fragments.Select(f => f.StartUs));
        }
    }

    [Theory]
    [MemberData(nameof(Fragmented))]
    public void Init_and_fragments_joined_again_decode_to_the_same_frames(string name)
    {
        var clip = Clip(name);
        var (init, fragments) = GoldenMedia.Split(clip);
        if (name == "AbsoluteOffsets") // counted from the file's beginning: only a rewritten fragment may move
            fragments = [.. fragments.Select(f => f.EarlierBy(-1))];
        var joined = GoldenMedia.Join(init, fragments);
        GoldenMedia.DecodedFrames(joined).ShouldBe(GoldenMedia.DecodedFrames(clip));
        GoldenMedia.DecodedFrames(joined, "a").ShouldBe(GoldenMedia.DecodedFrames(clip, "a"));
    }

    [Fact]
    public void Fragments_of_a_normal_clip_are_a_second_long_and_begin_with_keyframes()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.Normal);
        fragments.Count.ShouldBe(5);
        fragments.ShouldAllBe(f => f.StartsWithKeyframe);
        fragments.Select(f => f.DurationUs).ShouldAllBe(us => Math.Abs(us - 1_000_000) < 40_000);
        init.Video.ShouldNotBeNull().Codec.ShouldStartWith("avc1.");
        init.Video.ShouldNotBeNull().Width.ShouldBe(160);
        init.Sound.ShouldNotBeNull().Codec.ShouldBe("mp4a.40.2");
        init.Sound.ShouldNotBeNull().SampleRateHz.ShouldBe(48000);
    }

    [Fact]
    public void Without_sound_every_fragment_still_decodes_and_the_picture_is_the_same()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.Normal);
        var sound = init.Sound.ShouldNotBeNull().Id;
        var mute = fragments.Select(f => f.Without(sound)).ToList();
        mute.ShouldAllBe(f => f.Tracks.All(t => t.Id != sound));
        mute.Select(f => f.StartUs).ShouldBe(fragments.Select(f => f.StartUs));
        var clip = GoldenMedia.Join(init, mute);
        GoldenMedia.ShouldDecode(clip);
        GoldenMedia.DecodedFrames(clip).ShouldBe(150);
        GoldenMedia.DecodedFrames(clip, "a").ShouldBe(0);
    }

    [Fact]
    public void Sound_left_out_for_a_while_resumes_at_its_own_time()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.Normal);
        var sound = init.Sound.ShouldNotBeNull().Id;
        var mixed = fragments.Select((f, i) => i is 1 or 2 ? f.Without(sound) : f).ToList();
        var clip = GoldenMedia.Join(init, mixed);
        GoldenMedia.ShouldDecode(clip);
        mixed[3].Tracks.ShouldBe(fragments[3].Tracks);
        GoldenMedia.DecodedFrames(clip).ShouldBe(150);
    }

    [Theory]
    [InlineData("Normal")]
    [InlineData("Stereo")]
    public void Silenced_sound_decodes_to_nothing_but_silence_and_keeps_its_length(string name)
    {
        var (init, fragments) = GoldenMedia.Split(Clip(name));
        var silenced = GoldenMedia.Join(init, fragments.Select(f => f.Silenced(init.Sound.ShouldNotBeNull())));
        GoldenMedia.ShouldDecode(silenced);
        GoldenMedia.DecodedFrames(silenced, "a").ShouldBe(GoldenMedia.DecodedFrames(Clip(name), "a"));
        GoldenMedia.DecodedFrames(silenced).ShouldBe(150);
        GoldenMedia.SoundSamples(silenced).ShouldAllBe(b => b == 0);
        GoldenMedia.SoundSamples(Clip(name)).ShouldContain(b => b != 0);
    }

    [Fact]
    public void Nothing_of_the_sound_is_left_in_a_silenced_or_soundless_fragment()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.Normal);
        var sound = init.Sound.ShouldNotBeNull();
        var soundBytes = fragments[2].Tracks.Single(t => t.Id == sound.Id).Samples * 6;
        fragments[2]
            .Silenced(sound)
            .Bytes.Length.ShouldBeInRange(
                fragments[2].Without(sound.Id).Bytes.Length,
                (int)(fragments[2].Without(sound.Id).Bytes.Length + soundBytes + 600)
            );
    }

    [Fact]
    public void Fragments_moved_earlier_keep_picture_and_sound_in_step()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.OddTimescales);
        var seconds = fragments[2].WholeSeconds; // 1: the sound of the third fragment begins a little before two seconds
        seconds.ShouldBe(1);
        foreach (var (moved, original) in fragments[2..].Select(f => f.EarlierBy(seconds)).Zip(fragments[2..]))
        foreach (var (now, before) in moved.Tracks.Zip(original.Tracks))
            (before.StartTicks - now.StartTicks).ShouldBe(seconds * now.Timescale);
        GoldenMedia.ShouldDecode(GoldenMedia.Join(init, fragments[2..].Select(f => f.EarlierBy(seconds))));
        Should.Throw<ArgumentOutOfRangeException>(() => fragments[2].EarlierBy(2));
    }

    [Fact]
    public void A_fragment_cannot_lose_its_only_track()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.WithoutPicture);
        Should.Throw<ArgumentException>(() => fragments[0].Without(init.Sound.ShouldNotBeNull().Id));
        fragments[0].Without(99).ShouldBeSameAs(fragments[0]);
    }

    [Theory]
    [InlineData("OrdinaryEarlyMoov")]
    [InlineData("OrdinaryLateMoov")]
    [InlineData("Matroska")]
    public void A_stream_that_is_not_fragmented_is_refused_with_a_sentence(string name) =>
        Should.Throw<BrokenMediaException>(() => GoldenMedia.Split(Clip(name))).Message.ShouldEndWith(".");

    [Fact]
    public void A_box_that_announces_more_than_the_limit_is_refused_at_its_header()
    {
        var stream = new FragmentStream(longestBoxBytes: 1 << 20);
        stream.Write(GoldenMedia.Split(GoldenMedia.Normal).Init.Bytes);
        Should.Throw<BrokenMediaException>(() => stream.Write([0x7F, 0xFF, 0xFF, 0xFF, .. "mdat"u8]));
        Should.Throw<BrokenMediaException>(() => new FragmentStream().Write([0, 0, 0, 0, .. "ftyp"u8]));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(16384)]
    public void Padding_has_exactly_the_length_asked_for_and_players_skip_it(int lengthBytes)
    {
        var box = Padding.Free(lengthBytes);
        box.Length.ShouldBe(lengthBytes);
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.Normal);
        byte[] padded = [.. init.Bytes, .. box, .. fragments.SelectMany(f => (byte[])[.. f.Bytes, .. box])];
        GoldenMedia.ShouldDecode(padded);
        GoldenMedia.Split(padded).Fragments.Count.ShouldBe(5);
    }

    [Fact]
    public void Padding_shorter_than_a_header_does_not_exist() =>
        Should.Throw<ArgumentOutOfRangeException>(() => Padding.Free(7));
}
