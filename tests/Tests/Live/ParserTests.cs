using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Lapel.WebRtc;

namespace Lapel.Tests.Live;

/// <summary>Everything that strangers may write, changed at random: it is refused or read, in time, and nothing else.</summary>
public sealed class ParserTests
{
    const int Rounds = 40_000;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    internal static void Mutate(byte[] seed, int salt, Action<byte[]> read)
    {
        var random = new Random(salt);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < Rounds && watch.Elapsed < Patience; round++)
        {
            var bytes = seed.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                switch (random.Next(4))
                {
                    case 0:
                        bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                        break;
                    case 2 when bytes.Length > 2:
                        bytes = bytes[..random.Next(1, bytes.Length)];
                        break;
                    default:
                        bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)0 : (byte)255;
                        break;
                }
            read(bytes);
        }
    }

    [Fact]
    public void SDP_of_any_text_is_an_offer_or_one_sentence()
    {
        using var peer = new WirePeer(publishes: true);
        var offer = peer.Offer(simulcast: "q;h;f");
        SdpOffer.WhyNotRead(offer, out _).ShouldBeNull();
        Mutate(
            Encoding.ASCII.GetBytes(offer),
            1,
            bytes =>
            {
                if (SdpOffer.WhyNotRead(Encoding.Latin1.GetString(bytes), out var read) is { } refusal)
                {
                    refusal.Sentence.ShouldEndWith(".");
                    return;
                }
                _ = Negotiation.WhyNotPublish(read, out var agreed);
                _ = Negotiation.WhyNotWatch(read, agreed, out _);
            }
        );
    }

    [Fact]
    public void SDP_of_any_text_is_an_answer_that_can_be_used_or_one_sentence()
    {
        const string common =
            "c=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=ice-ufrag:abcdabcd\r\na=ice-pwd:aaaaaaaaaabbbbbbbbbbcccc\r\na=setup:passive\r\na=recvonly\r\n"
            + "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n"
            + "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host\r\n";
        var answer =
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-lite\r\na=group:BUNDLE 0 1\r\n"
            + $"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n{common}a=mid:0\r\na=rtpmap:111 opus/48000/2\r\n"
            + $"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n{common}a=mid:1\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
            + "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";
        SdpTaken.WhyNotRead(answer, weSend: true, out var right).ShouldBeNull();
        right!.Candidates.Single().ToString().ShouldBe("[::ffff:192.0.2.1]:8189");
        right.Picture!.Codec.Rtx.ShouldBe((byte)97);
        Mutate(
            Encoding.ASCII.GetBytes(answer),
            11,
            bytes =>
            {
                if (SdpTaken.WhyNotRead(Encoding.Latin1.GetString(bytes), weSend: true, out var read) is { } refusal)
                    refusal.Sentence.ShouldEndWith(".");
                else
                    read!.Candidates.ShouldAllBe(c => c.Port > 0);
            }
        );
    }

    [Fact]
    public void An_answer_to_a_check_that_is_changed_anywhere_is_not_taken()
    {
        Span<byte> to = stackalloc byte[256];
        var writer = new StunWriter(to, StunType.BindingSuccess, "transaction!"u8);
        writer.MappedAddress(WireAddress.Of(new(System.Net.IPAddress.Loopback, 4711), 0));
        var right = to[..writer.Finish("password of some length"u8)].ToArray();
        StunReply.TryRead(right, out var reply).ShouldBeTrue();
        reply.IsSuccess.ShouldBeTrue();
        reply.IsSignedWith("password of some length"u8).ShouldBeTrue();
        reply.IsSignedWith("another password entirely"u8).ShouldBeFalse();
        Mutate(
            right,
            12,
            bytes =>
            {
                if (StunReply.TryRead(bytes, out var read) && read.IsSignedWith("password of some length"u8))
                    bytes.ShouldBe(right);
            }
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("v=0")]
    [InlineData("hello")]
    [InlineData("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n")]
    [InlineData("v=0\r\nm=video x\r\n")]
    [InlineData("v=0\r\nnonsense\r\n")]
    public void SDP_that_cannot_be_answered_is_refused_in_one_sentence(string text) =>
        SdpOffer.WhyNotRead(text, out _)!.Sentence.ShouldEndWith(".");

    [Fact]
    public void SDP_without_end_is_not_read_to_its_end()
    {
        SdpOffer.WhyNotRead(new string('v', SdpOffer.MostCharacters + 1), out _)!.Sentence.ShouldContain("characters");
        SdpOffer.WhyNotRead("v=0\n" + new string('\n', 5000), out _)!.Sentence.ShouldContain("lines");
        SdpOffer
            .WhyNotRead("v=0\n" + string.Concat(Enumerable.Repeat("m=video 9 UDP/TLS/RTP/SAVPF 96\n", 20)), out _)!
            .Sentence.ShouldContain("sections");
    }

    [Fact]
    public void STUN_that_is_changed_anywhere_is_not_taken()
    {
        Span<byte> to = stackalloc byte[256];
        var writer = new StunWriter(to, StunType.BindingRequest, "transaction!"u8);
        writer.Attribute(StunAttribute.Username, "ours:theirs"u8);
        writer.Attribute(StunAttribute.UseCandidate, []);
        var right = to[..writer.Finish("password of some length"u8)].ToArray();
        StunRequest.TryRead(right, out var request).ShouldBeTrue();
        request.Nominates.ShouldBeTrue();
        request.IsSignedWith("password of some length"u8).ShouldBeTrue();
        request.IsSignedWith("another password entirely"u8).ShouldBeFalse();
        Mutate(
            right,
            2,
            bytes =>
            {
                if (StunRequest.TryRead(bytes, out var read) && read.IsSignedWith("password of some length"u8))
                    bytes.ShouldBe(right);
            }
        );
    }

    [Fact]
    public void STUN_of_RFC_5769_is_read_and_its_integrity_found_right()
    {
        // RFC 5769, 2.1: sample request, software "STUN test client", username "evtj:h6vY", its password as given there.
        var sample = Convert.FromHexString(
            "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
                + "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020"
                + "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
        );
        StunRequest.TryRead(sample, out var request).ShouldBeTrue();
        Encoding.ASCII.GetString(request.Username).ShouldBe("evtj:h6vY");
        request.ClaimsControlled.ShouldBeTrue();
        request.IsSignedWith("VOkJxbRl1RmTxUk/WvJxBt"u8).ShouldBeTrue();
    }

    [Fact]
    public void RTP_RTX_and_keyframes_of_any_bytes_are_read_in_bounds()
    {
        byte[] packet =
        [
            0xB1,
            0xE0,
            0,
            1,
            0,
            0,
            0,
            2,
            0,
            0,
            0,
            3,
            0,
            0,
            0,
            9,
            0xBE,
            0xDE,
            0,
            2,
            0x10,
            (byte)'0',
            0x32,
            1,
            2,
            3,
            0,
            0,
            0x90,
            0x80,
            0x81,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            0,
            0,
            0,
            4,
        ];
        RtpPacket.TryRead(packet, out var right).ShouldBeTrue();
        right.Extension(1).ToArray().ShouldBe("0"u8.ToArray());
        right.Payload.Length.ShouldBe(12);
        Mutate(
            packet,
            3,
            bytes =>
            {
                if (!RtpPacket.TryRead(bytes, out var read))
                    return;
                for (var id = 0; id < 16; id++)
                    _ = read.Extension(id);
                _ = Keyframe.StartsIn(Codec.Vp8, read.Payload);
                _ = Keyframe.StartsIn(Codec.H264, read.Payload);
                _ = read.PayloadAndPadding.Length + read.HeaderBytes;
                _ = RtpPacket.Restore(bytes, 96, 5);
            }
        );
    }

    [Fact]
    public void RTCP_of_any_bytes_is_walked_to_its_end()
    {
        var bytes = new byte[600];
        var writer = new RtcpWriter(bytes);
        writer.SenderReport(1, 2, 3, 4, 5);
        writer.ReceiverReport(1, 1);
        writer.Block(new(9, 10, -3, 11, 12, 13, 14));
        writer.SourceDescription(1);
        writer.Nack(1, 2, [5, 6, 21, 22, 60]);
        writer.PictureLoss(1, 2);
        writer.FullIntra(1, 2, 3);
        writer.BitrateEstimate(1, 2, 1_234_567);
        writer.ReferenceTime(1, 99);
        writer.Bye(1);
        var compound = bytes[..writer.LengthBytes];

        var seen = new List<RtcpType>();
        foreach (var part in new RtcpParts(compound))
        {
            seen.Add(part.Type);
            if (part.IsBitrateEstimate)
                part.BitrateEstimate.ShouldBeInRange(1_234_000, 1_234_567);
            if (ReportBlock.TryRead(part, 0, out var block))
                block.LostTotal.ShouldBe(-3);
            if (part.IsNack)
            {
                part.Body.Length.ShouldBe(8 + (4 * 3));
                BinaryPrimitives.ReadUInt16BigEndian(part.Body[10..]).ShouldBe((ushort)0x8001, "6 and 21 stand in the mask of 5");
            }
        }
        seen.Count.ShouldBe(9);
        Mutate(
            compound,
            5,
            changed =>
            {
                foreach (var part in new RtcpParts(changed))
                {
                    _ = SenderReport.TryRead(part, out _);
                    for (var i = 0; ReportBlock.TryRead(part, i, out _); i++) { }
                    _ = part.IsNack || part.IsFullIntra || (part.IsPictureLoss && part.MediaSsrc == 0);
                    _ = part.IsBitrateEstimate && part.BitrateEstimate > 0;
                    _ = TransportFeedback.TryRead(part.Body, out _, out _, out _);
                }
            }
        );
    }

    [Fact]
    public void Transport_feedback_says_what_arrived_and_what_did_not()
    {
        var random = new Random(6);
        for (var round = 0; round < 300; round++)
        {
            var feedback = new TransportFeedback();
            var (number, time, arrived) = ((ushort)random.Next(65536), 1_000_000L * random.Next(1, 100_000), 0);
            for (var i = 0; i < random.Next(1, 300); i++, number++)
            {
                time += random.Next(0, 30_000);
                if (i > 0 && random.Next(4) == 0)
                    continue;
                feedback.Arrived(number, time);
                arrived++;
            }
            var told = 0;
            var packet = new byte[1300];
            while (feedback.Write(packet, 1, 2) is var length and > 0)
            {
                (length % 4).ShouldBe(0);
                var parts = new RtcpParts(packet.AsSpan(0, length));
                parts.MoveNext().ShouldBeTrue();
                parts.Current.IsTransportWide.ShouldBeTrue();
                TransportFeedback.TryRead(parts.Current.Body, out _, out _, out var here).ShouldBeTrue();
                told += here;
                if (round % 10 == 0)
                    Mutate(
                        packet[..length],
                        round,
                        changed => TransportFeedback.TryRead(changed.AsSpan(Math.Min(4, changed.Length)), out _, out _, out _)
                    );
            }
            told.ShouldBe(arrived);
        }
    }
}
