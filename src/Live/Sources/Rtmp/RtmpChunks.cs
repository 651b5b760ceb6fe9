using System.Buffers.Binary;

namespace Lapel.Live;

/// <summary>Kinds of messages (Adobe RTMP 1.0, sections 5.4, 6.2 and 7.1). The first two that carry media are FLV's too.</summary>
enum RtmpKind : byte
{
    SetChunkSize = 1,
    Abort = 2,
    Acknowledgement = 3,
    UserControl = 4,
    WindowSize = 5,
    PeerBandwidth = 6,
    Sound = 8,
    Picture = 9,
    Command3 = 17,
    Command = 20,
    Aggregate = 22,
}

/// <param name="Timestamp">Milliseconds of the sender's clock; it begins anywhere and wraps around.</param>
/// <param name="Stream">Which of the sender's streams; 0 for what concerns the connection.</param>
/// <param name="Body">Lent until the next message is read.</param>
readonly record struct RtmpMessage(RtmpKind Kind, uint Timestamp, uint Stream, ReadOnlyMemory<byte> Body);

/// <summary>
/// Puts messages together from the chunks they come in (Adobe RTMP 1.0, section 5.3). Whoever sends them is a stranger: memory is taken as
/// bytes come and not as they are announced, and there is never more of it than two of the longest messages allowed.
/// </summary>
sealed class RtmpChunkReader(Stream from)
{
    const int MostChunkStreams = 16;
    const uint ExtendedTime = 0xFFFFFF;
    const int SmallestChunk = 128; // section 5.4.1: it should be at least this
    const int LargestChunk = 0xFFFFFF;

    readonly Dictionary<int, Half> halves = [];
    readonly byte[] buffer = new byte[32 * 1024];
    int at;
    int end;
    int chunkSize = SmallestChunk;
    int held;

    /// <summary>A message of a chunk stream, and what the next chunk of it leaves out because it is the same again.</summary>
    sealed class Half
    {
        public RtmpKind Kind;
        public uint Stream;
        public uint Timestamp;
        public uint Delta;
        public bool Extended;
        public int Length;
        public int Filled;
        public bool Begun;
        public byte[] Body = [];
    }

    /// <summary>A longer message ends the connection. Before anybody has shown a key there is no reason for long ones.</summary>
    public int MostMessageBytes { get; set; } = 8 * 1024;

    public long BytesRead { get; private set; }

    /// <summary>The next message; those that concern chunks themselves are obeyed here.</summary>
    /// <exception cref="FormatException">It is not RTMP, or more than is taken; the message is a sentence.</exception>
    /// <exception cref="EndOfStreamException">The connection ended.</exception>
    public async ValueTask<RtmpMessage> Read(CancellationToken stop)
    {
        while (true)
        {
            var half = await Chunk(stop);
            if (half is null)
                continue;
            var message = new RtmpMessage(half.Kind, half.Timestamp, half.Stream, half.Body.AsMemory(0, half.Length));
            half.Begun = false;
            if (message.Kind == RtmpKind.SetChunkSize)
                chunkSize = NewChunkSize(message.Body.Span);
            else if (message.Kind == RtmpKind.Abort)
                Drop(message.Body.Span);
            else
                return message;
        }
    }

    /// <summary>One chunk (section 5.3.1): basic header, message header, extended timestamp, and as much of the message as fits.</summary>
    /// <returns>None while the message is not whole.</returns>
    async ValueTask<Half?> Chunk(CancellationToken stop)
    {
        await Need(1, stop);
        var first = buffer[at++];
        var (format, id) = (first >> 6, first & 0x3F);
        if (id < 2) // 5.3.1.1: one or two more bytes of the chunk stream's number
        {
            await Need(id + 1, stop);
            id = 64 + buffer[at] + (id == 1 ? 256 * buffer[at + 1] : 0);
            at += (first & 0x3F) + 1;
        }
        if (!halves.TryGetValue(id, out var half))
        {
            if (halves.Count == MostChunkStreams)
                throw new FormatException("It uses more chunk streams than any camera needs.");
            if (format > 1) // it must be 0, section 5.3.1.2.1; the oldest library begins its pings with 1
                throw new FormatException("A chunk stream begins without a whole header.");
            halves[id] = half = new();
        }
        await Header(half, format, stop);

        var left = Math.Min(chunkSize, half.Length - half.Filled);
        Reserve(half, left);
        while (left > 0)
        {
            await Need(1, stop);
            var some = Math.Min(left, end - at);
            Reserve(half, some);
            buffer.AsSpan(at, some).CopyTo(half.Body.AsSpan(half.Filled));
            (at, left, half.Filled) = (at + some, left - some, half.Filled + some);
        }
        return half.Filled == half.Length ? half : null;
    }

    // Section 5.3.1.2. A chunk of type 3 goes on with a message, or begins one that is like the last.
    async ValueTask Header(Half half, int format, CancellationToken stop)
    {
        if (half.Begun && format != 3)
            throw new FormatException("A message begins before the one of its chunk stream is whole.");
        var length = format switch
        {
            0 => 11,
            1 => 7,
            2 => 3,
            _ => 0,
        };
        await Need(length, stop);
        var header = buffer.AsMemory(at, length);
        at += length;
        if (format < 3)
            half.Delta = Big24(header.Span);
        if (format < 2)
        {
            half.Length = (int)Big24(header.Span[3..]);
            half.Kind = (RtmpKind)header.Span[6];
        }
        if (format == 0)
            half.Stream = BinaryPrimitives.ReadUInt32LittleEndian(header.Span[7..]);
        if (half.Length > MostMessageBytes)
            throw new FormatException("It announces a message longer than is taken.");
        if (format < 3)
            half.Extended = half.Delta == ExtendedTime;
        if (half.Extended)
        {
            await Need(4, stop);
            half.Delta = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(at));
            at += 4;
        }
        if (half.Begun)
            return;
        half.Timestamp = format == 0 ? half.Delta : half.Timestamp + half.Delta;
        (half.Begun, half.Filled) = (true, 0);
    }

    void Reserve(Half half, int more)
    {
        var needed = half.Filled + more;
        if (needed <= half.Body.Length)
            return;
        var larger = Math.Min(half.Length, Math.Max(needed, Math.Max(1024, half.Body.Length * 2)));
        held += larger - half.Body.Length;
        if (held > 2 * MostMessageBytes)
            throw new FormatException("It leaves more messages unfinished than are kept.");
        Array.Resize(ref half.Body, larger);
    }

    // Section 5.4.1.
    static int NewChunkSize(ReadOnlySpan<byte> body) =>
        body.Length == 4 && BinaryPrimitives.ReadInt32BigEndian(body) is >= SmallestChunk and <= LargestChunk and var size
            ? size
            : throw new FormatException("It asks for chunks of a size that RTMP does not have, or below 128 bytes.");

    // Section 5.4.2.
    void Drop(ReadOnlySpan<byte> body)
    {
        if (body.Length == 4 && halves.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(body), out var half))
            half.Begun = false;
    }

    async ValueTask Need(int count, CancellationToken stop)
    {
        if (end - at >= count)
            return;
        buffer.AsSpan(at, end - at).CopyTo(buffer);
        (at, end) = (0, end - at);
        while (end < count)
        {
            var got = await from.ReadAsync(buffer.AsMemory(end), stop);
            if (got == 0)
                throw new EndOfStreamException();
            end += got;
            BytesRead += got;
        }
    }

    static uint Big24(ReadOnlySpan<byte> bytes) => (uint)(bytes[0] << 16 | bytes[1] << 8 | bytes[2]);
}

/// <summary>
/// Our own messages in chunks: short ones, each with a whole header and in pieces of the 128 bytes that everybody begins with.
/// </summary>
static class RtmpChunkWriter
{
    const int ChunkSize = 128;

    /// <summary>Section 5.4 wants what controls the connection on chunk stream 2 and message stream 0.</summary>
    public static byte[] Write(RtmpKind kind, uint stream, ReadOnlySpan<byte> body)
    {
        var chunkStream = (byte)(kind == RtmpKind.Command ? 3 : 2);
        var to = new MemoryStream();
        Span<byte> header = stackalloc byte[12];
        header.Clear(); // the time of what we say is 0
        header[0] = chunkStream;
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], (uint)body.Length << 8 | (byte)kind);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], stream);
        to.Write(header);
        while (body.Length > ChunkSize)
        {
            to.Write(body[..ChunkSize]);
            to.WriteByte((byte)(0xC0 | chunkStream)); // type 3: it goes on
            body = body[ChunkSize..];
        }
        to.Write(body);
        return to.ToArray();
    }
}
