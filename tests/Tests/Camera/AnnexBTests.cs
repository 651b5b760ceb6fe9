using Lapel.CameraProgram;

namespace Lapel.Tests.CameraProgram;

/// <summary>H.264 out of RTP and back to what a decoder reads from a pipe.</summary>
public sealed class AnnexBTests
{
    static readonly byte[] Delimiter = [0, 0, 0, 1, 9, 0xF0];

    [Fact]
    public void Single_aggregated_and_cut_units_become_one_picture()
    {
        var pieces = new AnnexB();
        pieces.Add([24, 0, 2, 0x67, 1, 0, 2, 0x68, 2], last: false).ShouldBeNull();
        pieces.Add([0x7C, 0x85, 10, 11], last: false).ShouldBeNull(); // FU-A of an IDR, its start
        var picture = pieces.Add([0x7C, 0x45, 12], last: true);
        picture.ShouldBe([0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 0, 1, 0x65, 10, 11, 12, .. Delimiter]);
        pieces.IsKeyframe.ShouldBeTrue();
        pieces.Add([0x41, 7], last: true).ShouldBe([0, 0, 0, 1, 0x41, 7, .. Delimiter]);
        pieces.IsKeyframe.ShouldBeFalse();
    }

    [Fact]
    public void A_picture_that_cannot_be_read_is_left_out_whole()
    {
        var pieces = new AnnexB();
        pieces.Add([24, 0, 9, 0x67], last: false).ShouldBeNull();
        pieces.Add([0x65, 1], last: true).ShouldBeNull();
        pieces.Add([0x65, 1], last: true).ShouldNotBeNull();
    }

    [Fact]
    public void Any_bytes_are_read_in_bounds()
    {
        var random = new Random(3);
        var pieces = new AnnexB();
        for (var round = 0; round < 40_000; round++)
        {
            var bytes = new byte[random.Next(0, 40)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && random.Next(2) == 0)
                bytes[0] = (byte)(random.Next(2) == 0 ? 24 : 28);
            _ = AnnexB.BeginsKeyframe(bytes);
            _ = pieces.Add(bytes, random.Next(4) == 0);
        }
    }
}
