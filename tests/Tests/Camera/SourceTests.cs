using Lapel.CameraProgram;
using Lapel.Media;

namespace Lapel.Tests.CameraProgram;

public sealed class SourceTests
{
    [Fact]
    public void A_device_is_named_with_or_without_its_sound() =>
        Read("v4l2:/dev/video0").ShouldBe(new CaptureSource.Devices("/dev/video0", null));

    [Theory]
    [InlineData("v4l2:/dev/video0,alsa:hw:1", "hw:1")]
    [InlineData("v4l2:/dev/video0,alsa:hw:0,1", "hw:0,1")]
    [InlineData("v4l2:/dev/video0,alsa:plughw:CARD=Loopback,DEV=1", "plughw:CARD=Loopback,DEV=1")]
    public void A_sound_cards_name_may_hold_commas(string text, string card) =>
        Read(text).ShouldBe(new CaptureSource.Devices("/dev/video0", card));

    [Fact]
    public void The_test_scene_may_have_something_before_its_lens() =>
        Read("scene,covered:12-22").ShouldBe(new CaptureSource.TestScene("4711", Covered: new(12, 22)));

    [Theory]
    [InlineData("scene,covered:12")]
    [InlineData("v4l2:")]
    [InlineData("v4l2:,alsa:hw:0")]
    [InlineData("v4l2:/dev/video0,alsa:")]
    [InlineData("v4l2:/dev/video0,hw:0")]
    [InlineData("webcam")]
    public void What_is_no_source_gets_a_sentence_that_shows_the_forms(string text) =>
        Should.Throw<CameraException>(() => Read(text)).Message.ShouldContain("v4l2:/dev/video0");

    static CaptureSource Read(string text) => Source.Parse(text, "4711", null);
}
