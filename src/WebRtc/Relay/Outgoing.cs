using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.WebRtc;

/// <summary>
/// What one viewer gets of sound or of picture: packets of whichever source is current, under one SSRC, with gapless sequence numbers and
/// timestamps that go on where the source before left off. A few mappings are kept, so that what the viewer asks for again is rebuilt
/// from the ring byte for byte.
/// </summary>
sealed class Outgoing
{
    const int KeptMappings = 8;
    const int MostResentPerTick = 60;

    /// <summary>How many times faster the frames of a replayed start pass: 30 ms become half a millisecond, and the viewer is live.</summary>
    const int ReplaySpeed = 64;

    readonly Peer peer;
    readonly AgreedMedia media;
    readonly byte[] mid;
    readonly Mapping[] mappings = new Mapping[KeptMappings];
    readonly (ushort Sequence, long AtUs)[] resent = new (ushort, long)[256];
    readonly bool stampsSending;
    int mappingCount;
    long lastSequence;
    uint lastTimestamp;
    long lastSentUs;
    long lastCapturedUs;
    ushort rtxSequence;
    int resentThisTick;
    uint packets;
    uint octets;
    BitrateMeter meter;

    struct Mapping
    {
        public PacketRing Ring;
        public long FirstOut;
        public long Shift;
        public uint AnchorSource;
        public uint AnchorOut;
        public bool Replays;

        /// <summary>The last packet of a replay, by the source's numbers; -1 without one.</summary>
        public long ReplayedThrough;
    }

    public Outgoing(Peer peer, AgreedMedia media)
    {
        (this.peer, this.media) = (peer, media);
        mid = Encoding.ASCII.GetBytes(media.Offered.Mid);
        lastSequence = 0x1_0000 + RandomNumberGenerator.GetInt32(0x8000);
        lastTimestamp = (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
        rtxSequence = (ushort)RandomNumberGenerator.GetInt32(0x8000);
        // A packet sent again without RTX must be the same bytes, or one keystream protects two texts: so no time of sending in it.
        stampsSending = !IsVideo || media.RtxSsrc != 0;
    }

    public bool IsVideo => media.IsVideo;

    public AgreedMedia Media => media;

    /// <summary>What the viewer gets at the moment; null while it waits for something to start with.</summary>
    public Incoming? Source { get; private set; }

    public long Packets => packets;

    public long Octets => octets;

    public double Kbps => meter.Kbps;

    public long Retransmitted { get; private set; }

    /// <summary>Nothing more of the current source; the next one starts with <see cref="Begin"/>.</summary>
    public void Stop() => Source = null;

    /// <summary>Goes on with this source, beginning at this packet.</summary>
    /// <param name="ring">Where what was sent stays to be sent again; null for the source's own.</param>
    /// <param name="replays">The packet is of the past: frames until now are squeezed, so that the viewer does not stay behind.</param>
    public void Begin(Incoming source, in KeptPacket at, Moment now, PacketRing? ring = null, bool replays = false)
    {
        var anchor = replays ? source.HighestTimestamp : at.Timestamp;
        var captured = replays ? source.CapturedAt(anchor) : at.CapturedUs;
        var sinceUs =
            captured != 0 && lastCapturedUs != 0 && Math.Abs(captured - lastCapturedUs) < 60_000_000
                ? captured - lastCapturedUs
                : now.Us - lastSentUs;
        var ahead = lastSentUs == 0 ? 0 : Math.Max(1, sinceUs * media.Codec.ClockRate / 1_000_000);
        // A replay's first frames lie a little before its anchor, and must still lie after what was sent last.
        if (replays)
            ahead = Math.Max(ahead, 1 + ((anchor - at.Timestamp) / ReplaySpeed) + 1);
        Source = source;
        mappings[mappingCount++ % KeptMappings] = new()
        {
            Ring = ring ?? source.Ring,
            FirstOut = lastSequence + 1,
            Shift = lastSequence + 1 - at.Sequence,
            AnchorSource = anchor,
            AnchorOut = lastTimestamp + (uint)ahead,
            Replays = replays,
            ReplayedThrough = -1,
        };
    }

    /// <summary>
    /// Everything up to this one was replayed. Those of them that came with the burst that is being given out must not be sent a second time: with
    /// another time of sending in it, it would be another text under the same keystream.
    /// </summary>
    public void Replayed(long through) => mappings[(mappingCount - 1) % KeptMappings].ReplayedThrough = through;

    public bool Send(in RtpPacket packet, in KeptPacket kept, Moment now, Outbox outbox)
    {
        ref readonly var mapping = ref mappings[(mappingCount - 1) % KeptMappings];
        var sequence = kept.Sequence + mapping.Shift;
        if (sequence < mapping.FirstOut || kept.Sequence <= mapping.ReplayedThrough)
            return false; // from before this viewer's beginning, or in it
        var timestamp = TimestampIn(mapping, kept.Timestamp);
        var slot = outbox.Slot;
        var header = WriteHeader(slot, packet, kept, media.Codec.PayloadType, (ushort)sequence, timestamp, media.Ssrc, now);
        var payload = packet.PayloadAndPadding;
        payload.CopyTo(slot[header..]);
        if (!peer.SendRtp(slot, header + payload.Length, outbox))
            return false;
        if (sequence > lastSequence)
        {
            lastSequence = sequence;
            lastTimestamp = timestamp;
            lastSentUs = now.Us;
            lastCapturedUs = kept.CapturedUs;
        }
        packets++;
        octets += (uint)payload.Length;
        meter.Add(header + payload.Length);
        return true;
    }

    static uint TimestampIn(in Mapping mapping, uint source)
    {
        var distance = (int)(source - mapping.AnchorSource);
        return mapping.AnchorOut + (uint)(mapping.Replays && distance < 0 ? distance / ReplaySpeed : distance);
    }

    int WriteHeader(
        Span<byte> to,
        in RtpPacket packet,
        in KeptPacket kept,
        byte payloadType,
        ushort sequence,
        uint timestamp,
        uint ssrc,
        Moment now
    )
    {
        to[0] = (byte)(0x90 | (packet.HasPadding ? 0x20 : 0));
        to[1] = (byte)((packet.Marker ? 0x80 : 0) | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], ssrc);
        BinaryPrimitives.WriteUInt16BigEndian(to[12..], 0xBEDE);
        var at = 16;
        Add(to, ref at, media.MidId, mid);
        if (kept.CapturedUs != 0)
        {
            Span<byte> captured = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(captured, Ntp.OfMicroseconds(kept.CapturedUs));
            Add(to, ref at, media.CaptureTimeId, captured);
        }
        if (stampsSending)
        {
            var sent = (uint)((now.WallUs % 64_000_000) * (1 << 18) / 1_000_000);
            Add(to, ref at, media.SendTimeId, [(byte)(sent >> 16), (byte)(sent >> 8), (byte)sent]);
        }
        var from = Source?.Media ?? media;
        if (IsVideo && media.OrientationId > 0)
            Add(to, ref at, media.OrientationId, packet.Extension(from.OrientationId));
        else if (!IsVideo && media.AudioLevelId > 0)
            Add(to, ref at, media.AudioLevelId, packet.Extension(from.AudioLevelId));
        while ((at & 3) != 0)
            to[at++] = 0;
        if (at == 16)
        {
            to[0] &= 0xEF;
            return RtpPacket.HeadBytes;
        }
        BinaryPrimitives.WriteUInt16BigEndian(to[14..], (ushort)((at - 16) / 4));
        return at;
    }

    static void Add(Span<byte> to, ref int at, int id, ReadOnlySpan<byte> value)
    {
        if (id is < 1 or > 14 || value.Length is < 1 or > 16)
            return; // not agreed, not there, or not sayable in one-byte form
        to[at++] = (byte)((id << 4) | (value.Length - 1));
        value.CopyTo(to[at..]);
        at += value.Length;
    }

    /// <summary>Sends again what the viewer lost, where the ring still has it: by RTX where that was agreed, else as it was.</summary>
    public void Resend(ushort lost, long roundTripUs, Moment now, Outbox outbox)
    {
        ref var last = ref resent[lost & 255];
        var again = Math.Max(15_000, roundTripUs * 3 / 4);
        if (resentThisTick >= MostResentPerTick || (last.Sequence == lost && now.Us - last.AtUs < again))
            return;
        var sequence = lastSequence + (short)(lost - (ushort)lastSequence);
        for (var i = mappingCount - 1; i >= Math.Max(0, mappingCount - KeptMappings); i--)
        {
            ref readonly var mapping = ref mappings[i % KeptMappings];
            if (sequence < mapping.FirstOut)
                continue;
            if (
                !mapping.Ring.TryFind(sequence - mapping.Shift, out var kept, out var bytes)
                || !RtpPacket.TryRead(bytes, out var packet)
            )
                return;
            last = (lost, now.Us);
            resentThisTick++;
            Retransmitted++;
            var timestamp = TimestampIn(mapping, kept.Timestamp);
            var slot = outbox.Slot;
            var payload = packet.PayloadAndPadding;
            var asRtx = media.RtxSsrc != 0;
            var header = WriteHeader(
                slot,
                packet,
                kept,
                asRtx ? media.Codec.Rtx!.Value : media.Codec.PayloadType,
                asRtx ? ++rtxSequence : lost,
                timestamp,
                asRtx ? media.RtxSsrc : media.Ssrc,
                now
            );
            if (asRtx)
            {
                BinaryPrimitives.WriteUInt16BigEndian(slot[header..], lost);
                header += 2;
            }
            payload.CopyTo(slot[header..]);
            meter.Add(header + payload.Length);
            peer.SendRtp(slot, header + payload.Length, outbox);
            return;
        }
    }

    public void Tick(long nowUs)
    {
        resentThisTick = 0;
        meter.Tick(nowUs);
    }

    /// <summary>A sender report: this moment by our clock, and the timestamp of what is captured in it.</summary>
    /// <returns>False while there is nothing to report on.</returns>
    public bool Report(ref RtcpWriter writer, Moment now)
    {
        if (packets == 0 || Source is null)
            return false;
        ref readonly var mapping = ref mappings[(mappingCount - 1) % KeptMappings];
        var timestamp = mapping.AnchorOut + (Source.TimestampAt(now) - mapping.AnchorSource);
        writer.SenderReport(media.Ssrc, Ntp.OfMicroseconds(now.WallUs), timestamp, packets, octets);
        return true;
    }
}
