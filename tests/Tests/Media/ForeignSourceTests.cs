using System.Text;
using Lapel.Media;

namespace Lapel.Tests.Media;

public sealed class ForeignSourceTests
{
    static readonly CaptureTap Tap = new(5004, 11, 12);

    [Fact]
    public void A_passphrase_goes_by_stdin_and_is_on_no_command_line_and_in_no_journal()
    {
        var source = new ForeignSource.Srt("127.0.0.1", 9710, "correct horse 'battery'");
        string.Join(' ', source.Arguments(Tap, false).List).ShouldNotContain("battery");
        source.ToString().ShouldBe("Srt");
        Encoding
            .UTF8.GetString(source.Script())
            .ShouldBe(
                """
                ffconcat version 1.0
                file 'srt://127.0.0.1:9710?mode=listener'
                option passphrase 'correct horse '\''battery'\'''
                option pbkeylen '16'
                option enforced_encryption '1'
                option timeout '10000000'
                option probesize '300000'
                option analyzeduration '1000000'

                """
            );
        source.Redacted("srt: correct horse 'battery' is wrong").ShouldBe("srt: … is wrong");
        new ForeignSource.Srt("::1", 9710, "0123456789").Redacted("").ShouldBe("");
    }

    [Fact]
    public void Name_and_password_of_an_rtsp_camera_are_written_so_that_they_end_where_they_end()
    {
        var source = new ForeignSource.Rtsp(new("rtsp://camera.example:8554/a?b=c"), "la:pel", "it's @/secret");
        Encoding
            .UTF8.GetString(source.Script())
            .ShouldContain("file 'rtsp://la%3Apel:it%27s%20%40%2Fsecret@camera.example:8554/a?b=c'\n");
        string.Join(' ', source.Arguments(Tap, true).List).ShouldNotContain("camera.example");
        source
            .Redacted("rtsp://la%3Apel:it%27s%20%40%2Fsecret@camera.example: it's @/secret")
            .ShouldBe("rtsp://…@camera.example: …");
    }

    [Fact]
    public void A_line_of_its_own_cannot_be_smuggled_in()
    {
        Should.Throw<ArgumentException>(() =>
            new ForeignSource.Srt("127.0.0.1", 9710, "0123456789\nfile '/etc/passwd'").Script()
        );
    }

    [Fact]
    public void H264_is_copied_unless_somebody_says_otherwise()
    {
        var source = new ForeignSource.Srt("127.0.0.1", 9710, "0123456789");
        source.Arguments(Tap, encodeAgain: false).List.ShouldContain("copy");
        source.Arguments(Tap, encodeAgain: true).List.ShouldNotContain("copy");
        source.Arguments(Tap, encodeAgain: true).List.ShouldContain("libx264");
    }

    [Theory]
    [InlineData("41A0", true)] // B
    [InlineData("419C", true)] // B, all of the picture
    [InlineData("41C0", false)] // P
    [InlineData("4198", false)] // P, all of the picture
    [InlineData("65B8", false)] // a keyframe
    [InlineData("7C81A0", true)] // the beginning of a B slice in fragments
    [InlineData("7C01A0", false)] // its middle
    [InlineData("78000241C0000241A0", true)] // two slices in one packet
    [InlineData("7800FF41A0", false)] // a length that is not there
    [InlineData("4100", false)]
    [InlineData("41", false)]
    public void A_slice_that_is_shown_before_an_earlier_one_is_known(string packet, bool outOfOrder) =>
        H264Slices.BeginsOutOfOrder(Convert.FromHexString(packet)).ShouldBe(outOfOrder);
}
