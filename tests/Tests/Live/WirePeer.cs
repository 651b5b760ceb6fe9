using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Lapel.WebRtc;

namespace Lapel.Tests.Live;

/// <summary>
/// A WebRTC client at the level of packets: offers, checks, shakes hands and then sends and receives exactly what a test says. It can
/// also misbehave.
/// </summary>
sealed class WirePeer : IDisposable
{
    public const byte VideoType = 96;
    public const byte RtxType = 97;
    public const byte SoundType = 111;
    public const uint VideoSsrc = 1000;
    public const uint SoundSsrc = 3000;
    const int PatienceMs = 3000;

    readonly DtlsIdentity identity;
    readonly bool publishes;
    readonly IPAddress from;
    readonly Dictionary<string, string> answer = [];
    readonly byte[] buffer = new byte[2048];
    DtlsSession dtls;
    SrtpSession? receiving;
    SrtpSession? sending;
    int checks;

    /// <param name="from">Where it sends from; loopback when not said.</param>
    public WirePeer(
        bool publishes,
        string profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80",
        bool rtx = true,
        IPAddress? from = null
    )
    {
        (this.publishes, Rtx, this.from) = (publishes, rtx, from ?? IPAddress.Loopback.MapToIPv6());
        identity = new(TimeProvider.System, profiles);
        dtls = identity.NewSession(asClient: true);
        Socket = NewSocket();
    }

    public Socket Socket { get; private set; }
    public bool Rtx { get; }
    public IceCredentials Ice { get; private set; } = IceCredentials.New();
    public string LocalFragment { get; private set; } = "";
    public string LocalPassword { get; private set; } = "";
    public IPEndPoint Gateway { get; private set; } = null!;
    public PeerId Id { get; private set; }
    public string? WrongFingerprint { get; init; }
    public bool OmitSound { get; init; }

    Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        socket.Bind(new IPEndPoint(from, 0));
        socket.ReceiveBufferSize = 4 << 20;
        return socket;
    }

    public string Offer(string codec = "VP8/90000", string? simulcast = null)
    {
        var direction = publishes ? "sendonly" : "recvonly";
        var common =
            $"c=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=ice-ufrag:{Ice.Fragment}\r\na=ice-pwd:{Ice.Password}\r\n"
            + $"a=fingerprint:sha-256 {WrongFingerprint ?? identity.FingerprintText}\r\na=setup:actpass\r\na={direction}\r\n"
            + $"a=extmap:1 {Extension.Mid}\r\na=extmap:4 {Extension.AbsoluteCaptureTime}\r\n";
        var sound = OmitSound
            ? ""
            : $"m=audio 9 UDP/TLS/RTP/SAVPF {SoundType}\r\n{common}a=mid:0\r\na=rtpmap:{SoundType} opus/48000/2\r\n";
        return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
            + $"a=group:BUNDLE {(OmitSound ? "" : "0 ")}1\r\n{sound}"
            + $"m=video 9 UDP/TLS/RTP/SAVPF {VideoType} {RtxType}\r\n{common}a=mid:1\r\n"
            + $"a=rtpmap:{VideoType} {codec}\r\n{(codec.StartsWith("H264", StringComparison.Ordinal) ? $"a=fmtp:{VideoType} packetization-mode=1;profile-level-id=42e01f\r\n" : "")}"
            + $"a=rtcp-fb:{VideoType} nack\r\na=rtcp-fb:{VideoType} nack pli\r\na=rtcp-fb:{VideoType} transport-cc\r\na=rtcp-fb:{VideoType} goog-remb\r\n"
            + $"a=extmap:3 {Extension.TransportSequence}\r\na=extmap:10 {Extension.Rid}\r\na=extmap:11 {Extension.RepairedRid}\r\n"
            + (Rtx ? $"a=rtpmap:{RtxType} rtx/90000\r\na=fmtp:{RtxType} apt={VideoType}\r\n" : "")
            + (
                simulcast is null
                    ? ""
                    : string.Concat(simulcast.Split(';').Select(r => $"a=rid:{r} send\r\n")) + $"a=simulcast:send {simulcast}\r\n"
            );
    }

    /// <summary>Takes the gateway's answer, proves its address and shakes hands.</summary>
    public bool Connect(Answer taken, bool nominate = true)
    {
        Took(taken);
        if (!Check(nominate))
            return false;
        return Shake();
    }

    public void Took(Answer taken)
    {
        Id = taken.Peer;
        foreach (var line in taken.Sdp.Split("\r\n"))
            if (line.StartsWith("a=", StringComparison.Ordinal) && line.IndexOf(':') is var colon and > 0)
                answer.TryAdd(line[2..colon], line[(colon + 1)..]);
        UseCredentials(answer["ice-ufrag"], answer["ice-pwd"]);
        var candidate = answer["candidate"].Split(' ');
        Gateway = new(IPAddress.Parse(candidate[4]).MapToIPv6(), int.Parse(candidate[5], null));
    }

    public void UseCredentials(string fragment, string password) => (LocalFragment, LocalPassword) = (fragment, password);

    public void RenewOwnCredentials() => Ice = IceCredentials.New();

    /// <summary>One signed check, and whether it was answered.</summary>
    public bool Check(bool nominate = true, string? password = null, int patienceMs = PatienceMs)
    {
        Socket.SendTo(CheckBytes(nominate, password), Gateway);
        for (var until = Environment.TickCount64 + patienceMs; Environment.TickCount64 < until; )
            if (Receive(20) is { Length: > 0 } packet && packet[0] == 1 && packet[1] == 1)
                return true;
        return false;
    }

    public byte[] CheckBytes(bool nominate, string? password = null)
    {
        Span<byte> to = stackalloc byte[512];
        Span<byte> transaction = stackalloc byte[12];
        BinaryPrimitives.WriteInt32BigEndian(transaction, ++checks);
        var writer = new StunWriter(to, StunType.BindingRequest, transaction);
        writer.Attribute(StunAttribute.Username, Encoding.ASCII.GetBytes($"{LocalFragment}:{Ice.Fragment}"));
        writer.Attribute(StunAttribute.IceControlling, [1, 2, 3, 4, 5, 6, 7, 8]);
        writer.Attribute(StunAttribute.Priority, [0, 0, 1, 0]);
        if (nominate)
            writer.Attribute(StunAttribute.UseCandidate, []);
        return to[..writer.Finish(Encoding.ASCII.GetBytes(password ?? LocalPassword))].ToArray();
    }

    public bool Shake()
    {
        dtls.Feed(default);
        SendRecords();
        for (var until = Environment.TickCount64 + PatienceMs; Environment.TickCount64 < until; )
        {
            var packet = Receive(20);
            if (packet.Length == 0 && dtls.RepeatInMs == 0)
            {
                dtls.Repeat();
                SendRecords();
            }
            if (packet.Length == 0 || packet[0] is < 20 or > 63)
                continue;
            var state = dtls.Feed(packet);
            SendRecords();
            if (state == DtlsState.Ended)
                return false;
            if (state != DtlsState.Connected)
                continue;
            if (dtls.ExportKeys() is not { } keys)
                return false;
            Profile = keys.Profile;
            (receiving, sending) = (SrtpSession.Receiving(keys), SrtpSession.Sending(keys));
            return true;
        }
        return false;
    }

    public SrtpProfile? Profile { get; private set; }

    void SendRecords()
    {
        var record = new byte[2048];
        while (dtls.TakeRecord(record, out var length))
            Socket.SendTo(record.AsSpan(0, length), Gateway);
    }

    byte[] Receive(int timeoutMs)
    {
        if (!Socket.Poll(timeoutMs * 1000, SelectMode.SelectRead))
            return [];
        EndPoint sender = new IPEndPoint(IPAddress.IPv6Any, 0);
        var packet = buffer[..Socket.ReceiveFrom(buffer, ref sender)];
        AnswerCheck(packet, (IPEndPoint)sender);
        return packet;
    }

    // A gateway that is no lite agent checks its viewers too.
    void AnswerCheck(ReadOnlySpan<byte> packet, IPEndPoint sender)
    {
        Span<byte> to = stackalloc byte[512];
        if (
            packet is [0, 1, ..]
            && StunRequest.TryRead(packet, out var request)
            && new IceLead(Ice, LocalFragment, LocalPassword, []).Answer(request, sender, to) is > 0 and var length
        )
        {
            Socket.SendTo(to[..length], sender);
            ChecksAnswered++;
        }
    }

    public int ChecksAnswered { get; private set; }

    /// <summary>The protected bytes of an RTP packet, to send, send again or spoil.</summary>
    public byte[] Rtp(
        byte type,
        ushort sequence,
        uint timestamp,
        uint ssrc,
        ReadOnlySpan<byte> payload,
        bool marker = false,
        string? rid = null
    )
    {
        var packet = new byte[12 + 24 + payload.Length + SrtpSession.MostOverheadBytes];
        packet[0] = 0x90;
        packet[1] = (byte)(type | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(12), 0xBEDE);
        var at = 16;
        packet[at++] = 0x31; // transport sequence, id 3, two bytes
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at), ++transportSequence);
        at += 2;
        if (rid is not null)
        {
            packet[at++] = (byte)(0xA0 | (rid.Length - 1));
            at += Encoding.ASCII.GetBytes(rid, packet.AsSpan(at));
        }
        at = (at + 3) & ~3;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(14), (ushort)((at - 16) / 4));
        payload.CopyTo(packet.AsSpan(at));
        return packet[..sending!.Protect(packet, at + payload.Length)];
    }

    ushort transportSequence;

    public byte[] Rtcp(ReadOnlySpan<byte> compound)
    {
        var packet = new byte[compound.Length + SrtpSession.MostOverheadBytes];
        compound.CopyTo(packet);
        return packet[..sending!.ProtectRtcp(packet, compound.Length)];
    }

    public void Send(ReadOnlySpan<byte> packet) => Socket.SendTo(packet, Gateway);

    /// <summary>A VP8 frame in one packet: a keyframe or not, with a number to know it by.</summary>
    public void SendFrame(ushort number, bool keyframe, uint ssrc = VideoSsrc, string? rid = null) =>
        Send(Rtp(VideoType, number, number * 3000u, ssrc, Frame(number, keyframe), marker: true, rid));

    public static byte[] Frame(ushort number, bool keyframe, int length = 200)
    {
        var payload = new byte[length];
        payload[0] = 0x10; // start of partition 0
        payload[1] = (byte)(keyframe ? 0x00 : 0x01); // the frame's inverse key bit
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), number);
        return payload;
    }

    /// <summary>What arrives within a time: opened RTP packets, and RTCP parts handed to <paramref name="rtcp"/>.</summary>
    public List<Received> Collect(int forMs, Action<RtcpSeen>? rtcp = null, int enough = int.MaxValue)
    {
        var found = new List<Received>();
        for (var until = Environment.TickCount64 + forMs; Environment.TickCount64 < until && found.Count < enough; )
        {
            var packet = Receive((int)Math.Clamp(until - Environment.TickCount64, 1, 20));
            if (packet.Length < 2)
                continue;
            if (packet[0] is >= 20 and <= 63)
            {
                dtls.Feed(packet);
                continue;
            }
            if (packet[0] < 128 || receiving is null)
                continue;
            if (packet[1] is >= 192 and <= 223)
            {
                var length = receiving.OpenRtcp(packet);
                if (length > 0)
                    foreach (var part in new RtcpParts(packet.AsSpan(0, length)))
                        rtcp?.Invoke(new(part.Type, part.Count, part.Body.ToArray()));
                continue;
            }
            var opened = receiving.Open(packet);
            if (opened > 0 && RtpPacket.TryRead(packet.AsSpan(0, opened), out var rtp))
                found.Add(
                    new(
                        rtp.PayloadType,
                        rtp.Sequence,
                        rtp.Timestamp,
                        rtp.Ssrc,
                        rtp.Payload.Length >= 4 ? BinaryPrimitives.ReadUInt16BigEndian(rtp.Payload[2..]) : -1,
                        rtp.Payload.ToArray(),
                        Environment.TickCount64
                    )
                );
        }
        return found;
    }

    public bool SaidGoodBye => dtls.State == DtlsState.Ended;

    /// <summary>Goes on from another port, as a phone does whose network changed.</summary>
    public void Move()
    {
        Socket.Dispose();
        Socket = NewSocket();
    }

    public void Dispose()
    {
        Socket.Dispose();
        receiving?.Dispose();
        sending?.Dispose();
        dtls.Dispose();
        identity.Dispose();
    }
}

sealed record Received(byte Type, ushort Sequence, uint Timestamp, uint Ssrc, int Number, byte[] Payload, long AtMs);

sealed record RtcpSeen(RtcpType Type, int Count, byte[] Body);
