namespace Lapel.WebRtc;

/// <summary>What is known of a kept packet besides its bytes.</summary>
record struct KeptPacket
{
    /// <summary>Sequence number with its wraps counted; -1 for an empty place.</summary>
    public long Sequence;
    public uint Timestamp;
    public int LengthBytes;
    public bool StartsKeyframe;

    /// <summary>When the picture or sound was captured, by the gateway's clock, in microseconds since 1970; 0 when not known.</summary>
    public long CapturedUs;
}

/// <summary>
/// The last packets of one publisher's layer as they came: what viewers ask for again is answered from here, and a new viewer starts
/// with the keyframe that is still in it. The one bound on what the gateway holds of anybody's footage: a few seconds, in memory only.
/// </summary>
sealed class PacketRing
{
    const int SlotBytes = RtpPacket.MostBytes + 4;

    readonly byte[] bytes;
    readonly KeptPacket[] kept;

    /// <param name="places">A power of two.</param>
    public PacketRing(int places)
    {
        bytes = GC.AllocateUninitializedArray<byte>(places * SlotBytes, pinned: true);
        kept = new KeptPacket[places];
        Clear();
    }

    public int Places => kept.Length;

    public ReadOnlySpan<byte> Keep(ReadOnlySpan<byte> packet, in KeptPacket about)
    {
        var place = (int)(about.Sequence & (kept.Length - 1));
        kept[place] = about with { LengthBytes = packet.Length };
        var slot = bytes.AsSpan(place * SlotBytes, packet.Length);
        packet.CopyTo(slot);
        return slot;
    }

    /// <returns>False when the packet never came or has been written over.</returns>
    public bool TryFind(long sequence, out KeptPacket about, out ReadOnlySpan<byte> packet)
    {
        var place = (int)(sequence & (kept.Length - 1));
        about = kept[place];
        packet = default;
        if (sequence < 0 || about.Sequence != sequence)
            return false;
        packet = bytes.AsSpan(place * SlotBytes, about.LengthBytes);
        return true;
    }

    public bool Holds(long sequence) => sequence >= 0 && kept[sequence & (kept.Length - 1)].Sequence == sequence;

    /// <summary>Forgets everything: nothing of what was shown outlives the stream, or a hold on it.</summary>
    public void Clear()
    {
        for (var i = 0; i < kept.Length; i++)
            kept[i].Sequence = -1;
        Array.Clear(bytes);
    }
}
