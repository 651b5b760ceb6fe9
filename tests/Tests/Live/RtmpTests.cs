using System.Text;
using Lapel.Live;

namespace Lapel.Tests.Live;

/// <summary>RTMP as it is read and written, and whatever else a stranger may send: refused in a sentence, in bounded memory.</summary>
public sealed class RtmpTests
{
    [Fact]
    public async Task Messages_are_put_together_from_chunks_of_several_streams()
    {
        byte[] wire =
        [
            .. RtmpWire.Chunk(RtmpKind.Picture, 1000, 200, [.. Enumerable.Repeat((byte)1, 128)]),
            .. RtmpChunkWriter.Write(RtmpKind.UserControl, 0, [0, 6, 0, 0, 0, 9]), // between two chunks of a message
            0xC4,
            .. Enumerable.Repeat((byte)2, 72),
            0x84, // type 2: a delta of 40, otherwise as before
            0,
            0,
            40,
            .. Enumerable.Repeat((byte)3, 128),
            0xC4,
            .. Enumerable.Repeat((byte)4, 72),
            0xC4, // type 3: once more the same
            .. Enumerable.Repeat((byte)5, 128),
            0xC4,
            .. Enumerable.Repeat((byte)6, 72),
        ];
        var reader = new RtmpChunkReader(new MemoryStream(wire));
        (await reader.Read(default)).Kind.ShouldBe(RtmpKind.UserControl);
        foreach (var (timestamp, first) in new[] { (1000u, 1), (1040u, 3), (1080u, 5) })
        {
            var picture = await reader.Read(default);
            (picture.Kind, picture.Timestamp, picture.Stream, picture.Body.Length).ShouldBe(
                (RtmpKind.Picture, timestamp, 1u, 200)
            );
            picture.Body.Span[0].ShouldBe((byte)first);
            picture.Body.Span[199].ShouldBe((byte)(first + 1));
        }
        await Should.ThrowAsync<EndOfStreamException>(async () => await reader.Read(default));
        reader.BytesRead.ShouldBe(wire.Length);
    }

    [Fact]
    public async Task A_time_after_four_and_a_half_hours_stands_in_four_more_bytes()
    {
        byte[] wire = [.. RtmpWire.Chunk(RtmpKind.Sound, 0xFFFFFF, 2), 1, 0, 0, 5, 7, 8];
        (await new RtmpChunkReader(new MemoryStream(wire)).Read(default)).Timestamp.ShouldBe(0x01000005u);
    }

    [Fact]
    public async Task A_larger_chunk_size_is_obeyed_and_an_impossible_one_ends_the_connection()
    {
        byte[] wire =
        [
            .. RtmpChunkWriter.Write(RtmpKind.SetChunkSize, 0, [0, 0, 0x10, 0]),
            .. RtmpWire.Chunk(RtmpKind.Picture, 0, 4096, new byte[4096]),
        ];
        (await new RtmpChunkReader(new MemoryStream(wire)).Read(default)).Body.Length.ShouldBe(4096);
        foreach (var size in new byte[][] { [0, 0, 0, 0], [0, 0, 0, 127], [1, 0, 0, 0], [255, 255, 255, 255], [0, 1] })
            await Refused(RtmpChunkWriter.Write(RtmpKind.SetChunkSize, 0, size));
    }

    [Fact]
    public async Task More_than_is_taken_is_refused_before_memory_is()
    {
        await Refused(RtmpWire.Chunk(RtmpKind.Picture, 0, 0xFFFFFF));
        await Refused([0xC4, 1, 2, 3]); // a chunk stream that begins in the middle
        await Refused([.. Enumerable.Range(3, 17).SelectMany(id => new byte[] { (byte)id, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 1 })]);

        // Of sixteen messages, each is begun and none finished: two of the longest are kept, and no more.
        byte[] wire = [.. RtmpChunkWriter.Write(RtmpKind.SetChunkSize, 0, [0, 0, 0x1F, 0xFF])];
        for (byte id = 3; id < 17; id++)
            wire = [.. wire, id, 0, 0, 0, 0, 0x20, 0, 9, 1, 0, 0, 0, .. new byte[0x1FFF]];
        await Refused(wire);
    }

    static async Task Refused(byte[] wire) =>
        (
            await Should.ThrowAsync<FormatException>(async () =>
            {
                var reader = new RtmpChunkReader(new MemoryStream(wire));
                while (true)
                    await reader.Read(default);
            })
        ).Message.ShouldEndWith(".");

    [Fact]
    public void Values_are_read_as_they_were_written()
    {
        var bytes = Amf0.Write(
            "connect",
            1.0,
            new (string, object?)[] { ("app", "york"), ("audioCodecs", 3191.0), ("no", null) },
            null
        );
        var values = Amf0.Read(bytes);
        values[0].ShouldBe("connect");
        values[1].ShouldBe(1.0);
        ((IReadOnlyDictionary<string, object?>)values[2]!)["app"].ShouldBe("york");
        values[3].ShouldBeNull();
        // As cameras describe themselves: an ECMA array, a boolean, a date, an array, a long string.
        Amf0.Read(
                Convert.FromHexString("08000000010001610101000009" + "0B00000000000000000000" + "0A0000000105" + "0C0000000161")
            )
            .Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("0200")]
    [InlineData("020005616263")]
    [InlineData("0CFFFFFFFF61")]
    [InlineData("0AFFFFFFFF05")]
    [InlineData("0D0D0D04")]
    [InlineData("03000161")]
    public void What_is_no_command_is_refused_in_a_sentence(string hex) =>
        Should.Throw<FormatException>(() => Amf0.Read(Convert.FromHexString(hex))).Message.ShouldEndWith(".");

    [Fact]
    public void Values_within_values_have_an_end()
    {
        var deep = Convert.FromHexString(string.Concat(Enumerable.Repeat("0A00000001", 5000)) + "05");
        Should.Throw<FormatException>(() => Amf0.Read(deep));
        Should.Throw<FormatException>(() => Amf0.Read(Enumerable.Repeat((byte)5, 10_000).ToArray()));
    }

    [Fact]
    public void Whatever_is_sent_is_read_or_refused()
    {
        byte[] camera =
        [
            .. RtmpWire.UpToPublish("york", "a key")[1536..],
            .. RtmpWire.Chunk(RtmpKind.Picture, 40, 5, 0x17, 1, 0, 0, 0),
            .. RtmpWire.Chunk(RtmpKind.Picture, 0xFFFFFF, 0),
            0,
            0,
            1,
            0,
        ];
        ParserTests.Mutate(
            camera,
            31,
            bytes =>
            {
                var reader = new RtmpChunkReader(new MemoryStream(bytes));
                try
                {
                    while (true)
                    {
                        var message = reader.Read(default).AsTask().GetAwaiter().GetResult();
                        message.Body.Length.ShouldBeLessThanOrEqualTo(reader.MostMessageBytes);
                        if (message.Kind is RtmpKind.Command or RtmpKind.Command3)
                            RtmpCommand.Read(message);
                        _ = RtmpAnswers.ToUserControl(message.Body.Span);
                        _ = FlvWriter.WhyNotShow(message.Body.Span);
                    }
                }
                catch (FormatException wrong)
                {
                    wrong.Message.ShouldEndWith(".");
                }
                catch (EndOfStreamException) { }
            }
        );
    }

    [Fact]
    public async Task A_message_is_a_tag_of_FLV()
    {
        var file = new MemoryStream();
        var flv = new FlvWriter(file);
        await flv.Begin(default);
        await flv.Write(RtmpKind.Picture, 0x01020304, new byte[] { 0x17, 0 }, default);
        Convert
            .ToHexString(file.ToArray())
            .ShouldBe(
                "464C56" + "0105" + "00000009" + "00000000" + "09" + "000002" + "020304" + "01" + "000000" + "1700" + "0000000D"
            );
    }

    [Fact]
    public void A_picture_by_enhanced_rtmp_is_refused_and_an_older_codec_is_not()
    {
        FlvWriter.WhyNotShow([0x17, 1, 0, 0, 0]).ShouldBeNull("H.264");
        FlvWriter.WhyNotShow([0x22, 0]).ShouldBeNull("Sorenson's, which is encoded once more");
        FlvWriter.WhyNotShow([]).ShouldBeNull();
        FlvWriter.WhyNotShow([0x90, .. "hvc1"u8])!.ShouldContain("H.264");
    }

    [Fact]
    public void A_command_is_not_written_into_a_journal()
    {
        var body = Amf0.Write("publish", 4.0, null, "the-secret", "live");
        RtmpCommand.Read(new(RtmpKind.Command, 0, 1, body)).Key.ShouldBe("the-secret");
        RtmpCommand.Read(new(RtmpKind.Command3, 0, 1, (byte[])[0, .. body])).Key.ShouldBe("the-secret");
        RtmpCommand.Read(new(RtmpKind.Command, 0, 1, body)).ToString().ShouldNotContain("secret");
        Should.Throw<FormatException>(() => RtmpCommand.Read(new(RtmpKind.Command, 0, 1, Amf0.Write(1.0))));
        Encoding.ASCII.GetString(RtmpAnswers.Refused("No.")).ShouldContain("NetStream.Publish.BadName");
    }
}
