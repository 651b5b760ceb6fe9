using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Lapel.WebRtc;

public enum LiveMedia
{
    Sound,
    Picture,
}

/// <summary>
/// A camera's end of one live connection: makes the offer that goes by WHIP, takes the answer, and then sends what it is given, protected.
/// It never receives media, never waits for the network and holds nothing but the last seconds of packets, in memory. The other side is any
/// WHIP server over UDP. One thread and one socket; every call may come from any thread.
/// </summary>
public sealed class LivePublisher : IDisposable
{
    const int ConnectWithinUs = 15_000_000;
    const int ReportUs = 1_000_000;
    const int SlotBytes = 2048;

    /// <summary>For each packet of media so many may be sent again: a narrow way is not made narrower by what it lost.</summary>
    const double ResendShare = 0.5;
    const double MostResends = 60;

    readonly TimeProvider clock;
    readonly DtlsIdentity identity;
    readonly IceCredentials ice = IceCredentials.New();
    readonly Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
    readonly UplinkMeter meter = new();
    readonly Lock gate = new();
    readonly Thread thread;
    readonly byte[] slot = new byte[SlotBytes];
    readonly uint reporter = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
    SdpTaken? taken;
    IceLead? lead;
    DtlsSession? dtls;
    SrtpSession? sending;
    SrtpSession? receiving;
    SentTrack? sound;
    SentTrack? picture;
    ushort numbered;
    double mayResend = MostResends;
    (uint Ssrc, uint Middle, long AtUs) reference;
    long beganUs;
    long reportUs;
    bool mayPass = true;
    volatile bool closing;

    /// <param name="withSound">False for a camera that has no microphone.</param>
    /// <exception cref="DllNotFoundException">OpenSSL 3 or libsrtp2 is not installed.</exception>
    public LivePublisher(TimeProvider clock, bool withSound)
    {
        this.clock = clock;
        Libsrtp.Start();
        identity = new(clock);
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        socket.Blocking = false;
        Offer = SendingOffer.Text(ice, identity.FingerprintText, withSound);
        thread = new(Run) { IsBackground = true, Name = "live publisher" };
    }

    /// <summary>The SDP offer, for the body of a WHIP request.</summary>
    public string Offer { get; }

    public bool IsConnected { get; private set; }

    /// <summary>A stable word for why nothing more will be sent; none while it may still be.</summary>
    public string? EndedWhy { get; private set; }

    /// <summary>Takes the answer and begins to connect.</summary>
    public Refusal? Begin(string answerSdp)
    {
        if (SdpTaken.WhyNotRead(answerSdp, out var read) is { } refusal)
            return refusal;
        lock (gate)
        {
            if (taken is not null)
                throw new InvalidOperationException("The answer was taken before.");
            taken = read!;
            lead = new(ice, taken.Fragment, taken.Password, taken.Candidates);
            dtls = identity.NewSession(asClient: taken.WeSpeakFirst);
            beganUs = Moment.Of(clock).Us;
        }
        thread.Start();
        return null;
    }

    /// <summary>
    /// Sends a packet of an encoder's: its payload under our own numbers and time. Dropped while nothing is connected, while held, and
    /// when the network takes no more.
    /// </summary>
    /// <param name="rtp">An RTP packet; a new SSRC is another encoder that goes on with the same track.</param>
    public void Send(LiveMedia media, ReadOnlySpan<byte> rtp)
    {
        lock (gate)
        {
            var track = media == LiveMedia.Sound ? sound : picture;
            if (!IsConnected || !mayPass || track is null || !RtpPacket.TryRead(rtp, out var packet) || packet.Payload.IsEmpty)
                return;
            var now = Moment.Of(clock);
            // Room for our header, the number of a retransmission and the tag.
            if (packet.Payload.Length > RtpPacket.MostBytes - 64)
                return;
            mayResend = Math.Min(MostResends, mayResend + ResendShare);
            Protected(track.Write(slot, packet, ++numbered, now.Us), now);
        }
    }

    /// <summary>From the moment this returns nothing is sent (false), not even again what was lost; or it may be again (true).</summary>
    public void LetPass(bool may)
    {
        lock (gate)
        {
            mayPass = may;
            if (may)
                return;
            sound?.Forget();
            picture?.Forget();
        }
    }

    /// <summary>What the way there carried since the last call.</summary>
    public Uplink Measure()
    {
        lock (gate)
            return meter.Read(Moment.Of(clock).Us);
    }

    void Run()
    {
        var buffer = GC.AllocateUninitializedArray<byte>(SlotBytes);
        EndPoint anybody = new IPEndPoint(IPAddress.IPv6Any, 0);
        while (!closing && EndedWhy is null)
        {
            try
            {
                if (socket.Poll(10_000, SelectMode.SelectRead))
                {
                    var from = anybody;
                    var length = socket.ReceiveFrom(buffer, ref from);
                    Take(buffer.AsSpan(0, length), (IPEndPoint)from);
                }
                Tick();
            }
            catch (SocketException)
            {
                Tick(); // "port unreachable" of somebody's: the checks find out what it means
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    void Take(Span<byte> packet, IPEndPoint from)
    {
        if (packet.Length < 2)
            return;
        lock (gate)
        {
            var now = Moment.Of(clock);
            if (packet[0] < 4)
                TakeStun(packet, from, now);
            else if (lead!.Selected is not { } selected || !selected.Equals(from))
                return; // only whom we checked may say anything
            else if (packet[0] is >= 20 and <= 63)
                TakeDtls(packet, now);
            else if (packet[0] is >= 128 and <= 191 && packet[1] is >= 192 and <= 223 && receiving is not null)
                if (receiving.OpenRtcp(packet) is > 0 and var length)
                    TakeRtcp(packet[..length], now);
        }
    }

    void TakeStun(ReadOnlySpan<byte> packet, IPEndPoint from, Moment now)
    {
        if (StunReply.TryRead(packet, out var reply))
        {
            var before = lead!.Selected;
            if (!lead.Take(reply, from, now.Us) || before is not null)
                return;
            dtls!.Feed(default);
            SendRecords();
        }
        else if (StunRequest.TryRead(packet, out var request) && lead!.Answer(request, from, slot) is > 0 and var length)
        {
            SendTo(length, from);
        }
    }

    void TakeDtls(ReadOnlySpan<byte> datagram, Moment now)
    {
        var before = dtls!.State;
        var state = dtls.Feed(datagram);
        SendRecords();
        if (state == DtlsState.Ended)
            End(before == DtlsState.Connected ? "said-good-bye" : "handshake");
        else if (before == DtlsState.Shaking && state == DtlsState.Connected)
            Shaken(now);
    }

    // As on the other side: the certificate must be the one that the answer named, and the answer came over the agency's own connection.
    void Shaken(Moment now)
    {
        if (dtls!.PeerFingerprint(taken!.FingerprintHash) != taken.Fingerprint)
        {
            End("fingerprint");
            return;
        }
        if (dtls.ExportKeys() is not { } keys)
        {
            End("no-srtp-profile");
            return;
        }
        (receiving, sending) = (SrtpSession.Receiving(keys), SrtpSession.Sending(keys));
        (sound, picture) = (taken.Sound is { } s ? new(s) : null, taken.Picture is { } p ? new(p) : null);
        meter.Begin(now.Us);
        IsConnected = true;
    }

    void TakeRtcp(ReadOnlySpan<byte> compound, Moment now)
    {
        meter.Heard(now.Us);
        foreach (var part in new RtcpParts(compound))
        {
            if (part.IsTransportWide && TransportFeedback.TryRead(part.Body, out _, out var count, out var arrived))
                meter.Told(count, arrived, now.Us);
            else if (part.IsNack && picture?.Ssrc == part.MediaSsrc)
                Resend(part, now);
            else if (part is { Type: RtcpType.ExtendedReport, Body.Length: >= 16 } && part.Body[4] == 4)
                reference = (
                    BinaryPrimitives.ReadUInt32BigEndian(part.Body),
                    (uint)(BinaryPrimitives.ReadUInt64BigEndian(part.Body[8..]) >> 16),
                    now.Us
                );
            for (var i = 0; ReportBlock.TryRead(part, i, out var block); i++)
                if (block.Ssrc == sound?.Ssrc || block.Ssrc == picture?.Ssrc)
                    if (block.RoundTripUs(Ntp.OfMicroseconds(now.WallUs)) is >= 0 and var trip)
                        meter.Trip(trip);
        }
    }

    void Resend(in RtcpPart part, Moment now)
    {
        for (var at = 8; at + 4 <= part.Body.Length && mayPass; at += 4)
        {
            var first = BinaryPrimitives.ReadUInt16BigEndian(part.Body[at..]);
            var mask = BinaryPrimitives.ReadUInt16BigEndian(part.Body[(at + 2)..]);
            for (var bit = -1; bit < 16; bit++)
                if (mayResend >= 1 && (bit < 0 || (mask & (1 << bit)) != 0))
                {
                    var length = picture!.WriteAgain(slot, (ushort)(first + bit + 1), (ushort)(numbered + 1), out var counted);
                    if (length == 0)
                        continue;
                    mayResend--;
                    numbered += (ushort)(counted ? 1 : 0);
                    Protected(length, now);
                }
        }
    }

    void Protected(int length, Moment now)
    {
        length = sending!.Protect(slot, length);
        if (length > 0 && lead!.Selected is { } to)
        {
            meter.Sent(length, now.Us);
            SendTo(length, to);
        }
    }

    void Tick()
    {
        lock (gate)
        {
            if (closing || EndedWhy is not null)
                return;
            var now = Moment.Of(clock);
            if (lead!.WriteCheck(slot, now.Us, out var towards) is > 0 and var length)
                SendTo(length, towards);
            if (!IsConnected && now.Us - beganUs > ConnectWithinUs)
                End("never-connected");
            else if (!lead.HasConsent(now.Us))
                End("consent-lost");
            else if (IsConnected && now.Us - reportUs >= ReportUs)
            {
                reportUs = now.Us;
                Report(sound, now);
                Report(picture, now);
            }
            else if (dtls!.RepeatInMs == 0)
            {
                dtls.Repeat();
                SendRecords();
            }
        }
    }

    void Report(SentTrack? track, Moment now)
    {
        if (track is not { HasBegun: true })
            return;
        var writer = new RtcpWriter(slot);
        track.Report(ref writer, now);
        writer.SourceDescription(track.Ssrc);
        if (reference.AtUs > 0)
            writer.SinceReference(
                track.Ssrc,
                reference.Ssrc,
                reference.Middle,
                (uint)((now.Us - reference.AtUs) * 65536 / 1_000_000)
            );
        SendRtcp(writer.LengthBytes);
    }

    void SendRtcp(int length)
    {
        if (lead!.Selected is { } to)
            SendTo(sending!.ProtectRtcp(slot, length), to);
    }

    void SendRecords()
    {
        if (lead!.Selected is not { } to)
            return;
        while (dtls!.TakeRecord(slot, out var length))
            SendTo(length, to);
    }

    // A full socket buffer or a network that is away loses the packet, as any network may; nobody waits.
    void SendTo(int length, IPEndPoint to)
    {
        try
        {
            if (length > 0)
                socket.SendTo(slot.AsSpan(0, length), to);
        }
        catch (SocketException) { }
    }

    void End(string why)
    {
        EndedWhy ??= why;
        IsConnected = false;
    }

    /// <summary>Good-byes, then nothing more: keys are gone when this returns.</summary>
    public void Dispose()
    {
        if (closing)
            return;
        closing = true;
        if (thread.IsAlive)
            thread.Join();
        lock (gate)
        {
            if (IsConnected)
            {
                var writer = new RtcpWriter(slot);
                writer.ReceiverReport(reporter, 0);
                foreach (var track in (SentTrack?[])[sound, picture])
                    if (track is { HasBegun: true })
                        writer.Bye(track.Ssrc);
                SendRtcp(writer.LengthBytes);
                dtls!.SayGoodBye();
                SendRecords();
            }
            End("closed");
            sound?.Forget();
            picture?.Forget();
            receiving?.Dispose();
            sending?.Dispose();
            dtls?.Dispose();
        }
        identity.Dispose();
        socket.Dispose();
    }
}
