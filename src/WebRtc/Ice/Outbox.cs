using System.Runtime.InteropServices;

namespace Lapel.WebRtc;

/// <summary>
/// Packets on their way out, gathered while a batch of arrivals is worked through and handed to the kernel in one call: datagrams
/// of one size to one peer go as one message that the kernel cuts up (UDP_SEGMENT). One per thread; nothing is allocated per packet.
/// </summary>
sealed unsafe class Outbox : IDisposable
{
    public const int SlotBytes = 2048;
    const int Slots = 512;

    /// <summary>UDP_MAX_SEGMENTS is 64 in the kernels this must run on, and a message holds 64 KiB.</summary>
    const int MostSegments = 44;

    readonly byte* memory = (byte*)NativeMemory.AlignedAlloc(Slots * SlotBytes, 64);
    readonly Libc.Message* messages = (Libc.Message*)NativeMemory.AllocZeroed(Slots, (nuint)sizeof(Libc.Message));
    readonly Libc.IoVector* vectors = (Libc.IoVector*)NativeMemory.AllocZeroed(Slots, (nuint)sizeof(Libc.IoVector));
    readonly Libc.SegmentControl* controls = (Libc.SegmentControl*)
        NativeMemory.AllocZeroed(Slots, (nuint)sizeof(Libc.SegmentControl));
    readonly SocketAddressBytes* names = (SocketAddressBytes*)NativeMemory.AllocZeroed(Slots, SocketAddressBytes.Length);
    readonly Path?[] paths = new Path?[Slots];
    readonly int[] lengths = new int[Slots];
    readonly bool[] taken = new bool[Slots];
    readonly GatewayCounters counters;
    int count;
    bool cannotSegment;

    public Outbox(GatewayCounters counters) => this.counters = counters;

    /// <summary>Packets that are not with the kernel yet.</summary>
    public int Count => count;

    /// <summary>Room for one packet. It is sent only if <see cref="Send"/> follows.</summary>
    public Span<byte> Slot
    {
        get
        {
            if (count == Slots)
                Flush();
            return new(memory + (count * SlotBytes), SlotBytes);
        }
    }

    public void Send(Path path, int lengthBytes)
    {
        if (lengthBytes <= 0)
            return;
        if (path.Connection is { } connection)
        {
            connection.Send(new ReadOnlySpan<byte>(memory + (count * SlotBytes), lengthBytes));
            return;
        }
        paths[count] = path;
        lengths[count] = lengthBytes;
        count++;
    }

    /// <summary>Hands everything to the kernel. A full socket buffer loses packets, as the network would; nobody waits.</summary>
    public void Flush()
    {
        if (count == 0)
            return;
        int made = 0,
            vector = 0,
            fd = -1;
        Array.Clear(taken, 0, count);
        for (var i = 0; i < count; i++)
        {
            if (taken[i])
                continue;
            var path = paths[i]!;
            if (path.Fd != fd)
            {
                Hand(fd, made);
                (made, vector, fd) = (0, 0, path.Fd);
            }
            made += Gather(i, path, made, ref vector);
        }
        Hand(fd, made);
        Array.Clear(paths, 0, count);
        count = 0;
    }

    // One message: this packet and those after it for the same peer that have its size; a shorter one may end it.
    int Gather(int first, Path path, int message, ref int vector)
    {
        var size = lengths[first];
        var start = vector;
        for (var i = first; i < count && vector - start < MostSegments; i++)
        {
            if (taken[i] || !ReferenceEquals(paths[i], path))
                continue;
            if (lengths[i] > size || (cannotSegment && i != first))
                break; // order to one peer is kept: what does not fit starts the next message
            taken[i] = true;
            vectors[vector++] = new() { Base = memory + (i * SlotBytes), Length = (nuint)lengths[i] };
            if (lengths[i] < size)
                break;
        }
        names[message] = path.Address;
        ref var head = ref messages[message].Head;
        head.Name = &names[message];
        head.NameLength = SocketAddressBytes.Length;
        head.Vectors = &vectors[start];
        head.VectorCount = (nuint)(vector - start);
        var segmented = vector - start > 1;
        controls[message] = new()
        {
            Length = Libc.SegmentControl.MeaningfulBytes,
            Level = Libc.SolUdp,
            Type = Libc.UdpSegment,
            SegmentBytes = (ushort)size,
        };
        head.Control = segmented ? &controls[message] : null;
        head.ControlLength = segmented ? (nuint)sizeof(Libc.SegmentControl) : 0;
        return 1;
    }

    void Hand(int fd, int made)
    {
        const int InvalidArgument = 22,
            InputOutput = 5,
            Interrupted = 4;
        for (var at = 0; at < made; )
        {
            var sent = Libc.sendmmsg(fd, messages + at, (uint)(made - at), Libc.DoNotWait | Libc.NoSignal);
            if (sent > 0)
            {
                at += sent;
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted)
                continue;
            // A device that cannot segment says so with EINVAL or EIO: from then on every datagram goes by itself.
            if (error is InvalidArgument or InputOutput && messages[at].Head.VectorCount > 1)
            {
                cannotSegment = true;
                HandOneByOne(fd, at);
            }
            else
            {
                Interlocked.Increment(ref counters.SendFailures);
            }
            at++;
        }
    }

    void HandOneByOne(int fd, int message)
    {
        var head = messages[message].Head;
        for (nuint i = 0; i < head.VectorCount; i++)
        {
            var one = new Libc.Message { Head = head };
            one.Head.Vectors = head.Vectors + i;
            one.Head.VectorCount = 1;
            one.Head.Control = null;
            one.Head.ControlLength = 0;
            if (Libc.sendmmsg(fd, &one, 1, Libc.DoNotWait | Libc.NoSignal) != 1)
                Interlocked.Increment(ref counters.SendFailures);
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(memory);
        NativeMemory.Free(messages);
        NativeMemory.Free(vectors);
        NativeMemory.Free(controls);
        NativeMemory.Free(names);
    }
}
