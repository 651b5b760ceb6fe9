using System.Buffers.Binary;

namespace Lapel.Media;

/// <summary>Reads a 'moov' body: its tracks, their codecs, edit lists and fragment defaults.</summary>
static class Moov
{
    /// <summary>More tracks than any camera writes; what follows is not looked at.</summary>
    const int MostTracks = 32;

    static readonly uint Trak = Boxes.TypeOf("trak"u8);
    static readonly uint Tkhd = Boxes.TypeOf("tkhd"u8);
    static readonly uint Edts = Boxes.TypeOf("edts"u8);
    static readonly uint Elst = Boxes.TypeOf("elst"u8);
    static readonly uint Mdia = Boxes.TypeOf("mdia"u8);
    static readonly uint Mdhd = Boxes.TypeOf("mdhd"u8);
    static readonly uint Mvhd = Boxes.TypeOf("mvhd"u8);
    static readonly uint Mvex = Boxes.TypeOf("mvex"u8);
    static readonly uint Trex = Boxes.TypeOf("trex"u8);
    static readonly uint Hdlr = Boxes.TypeOf("hdlr"u8);
    static readonly uint Minf = Boxes.TypeOf("minf"u8);
    static readonly uint Stbl = Boxes.TypeOf("stbl"u8);
    static readonly uint Stsd = Boxes.TypeOf("stsd"u8);
    static readonly uint Stsz = Boxes.TypeOf("stsz"u8);
    static readonly uint Stz2 = Boxes.TypeOf("stz2"u8);
    static readonly uint Vide = Boxes.TypeOf("vide"u8);
    static readonly uint Soun = Boxes.TypeOf("soun"u8);

    public static List<MovieTrack> Read(ReadOnlySpan<byte> moov)
    {
        var movieTimescale = TimescaleOf(Boxes.Find(moov, Mvhd)) ?? 1000;
        var defaults = ReadDefaults(Boxes.Find(moov, Mvex));
        var tracks = new List<MovieTrack>();
        var walk = Boxes.In(moov);
        while (tracks.Count < MostTracks && walk.Next())
            if (
                walk.Box.Type == Trak
                && ReadTrack(walk.Body, movieTimescale, defaults) is { } track
                && tracks.TrueForAll(t => t.Track.Id != track.Track.Id)
            )
                tracks.Add(track);
        return tracks;
    }

    static MovieTrack? ReadTrack(ReadOnlySpan<byte> trak, uint movieTimescale, Dictionary<uint, SampleDefaults> defaults)
    {
        var tkhd = Boxes.Find(trak, Tkhd);
        var mdia = Boxes.Find(trak, Mdia);
        var mdhd = Boxes.Find(mdia, Mdhd);
        if (tkhd.Length < 4 || TimescaleOf(mdhd) is not { } timescale)
            return null;
        var wide = tkhd[0] == 1;
        var idAt = wide ? 20 : 12;
        var matrixAt = wide ? 52 : 40;
        if (tkhd.Length < matrixAt + 36)
            return null;
        var id = BinaryPrimitives.ReadUInt32BigEndian(tkhd[idAt..]);

        var hdlr = Boxes.Find(mdia, Hdlr);
        var handler = hdlr.Length >= 12 ? BinaryPrimitives.ReadUInt32BigEndian(hdlr[8..]) : 0;
        var kind =
            handler == Vide ? TrackKind.Video
            : handler == Soun ? TrackKind.Sound
            : TrackKind.Other;

        var stbl = Boxes.Find(Boxes.Find(mdia, Minf), Stbl);
        var entry = SampleEntry.Read(Boxes.Find(stbl, Stsd), kind);
        var sizes = Boxes.Find(stbl, Stsz) is { Length: > 0 } stsz ? stsz : Boxes.Find(stbl, Stz2);
        var track = new Track(
            id,
            kind,
            timescale,
            entry.Codec,
            entry.Width,
            entry.Height,
            kind == TrackKind.Video ? RotationOf(tkhd[matrixAt..]) : 0,
            entry.Channels,
            entry.SampleRateHz
        );
        return new(
            track,
            ShiftOf(Boxes.Find(Boxes.Find(trak, Edts), Elst), timescale, movieTimescale),
            sizes.Length >= 12 ? BinaryPrimitives.ReadUInt32BigEndian(sizes[8..]) : 0,
            DurationOf(mdhd),
            defaults.TryGetValue(id, out var found) ? found : null
        );
    }

    // 'mvhd' and 'mdhd' begin alike: version, flags, two times, then the timescale.
    static uint? TimescaleOf(ReadOnlySpan<byte> header)
    {
        if (header.Length < 20 || (header[0] == 1 && header.Length < 32))
            return null;
        var timescale = BinaryPrimitives.ReadUInt32BigEndian(header[(header[0] == 1 ? 20 : 12)..]);
        return timescale == 0 ? null : timescale;
    }

    // All ones means unknown (14496-12, 8.4.2.3).
    static ulong DurationOf(ReadOnlySpan<byte> mdhd)
    {
        if (mdhd[0] == 1)
            return BinaryPrimitives.ReadUInt64BigEndian(mdhd[24..]) is var wide && wide == ulong.MaxValue ? 0 : wide;
        return BinaryPrimitives.ReadUInt32BigEndian(mdhd[16..]) is var narrow && narrow == uint.MaxValue ? 0 : narrow;
    }

    /// <summary>Empty edits delay the track, the first real edit says where in the media it begins. Later edits are not looked at.</summary>
    static long ShiftOf(ReadOnlySpan<byte> elst, uint timescale, uint movieTimescale)
    {
        if (elst.Length < 8)
            return 0;
        var wide = elst[0] == 1;
        var size = wide ? 20 : 12;
        var count = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(elst[4..]), (uint)(elst.Length - 8) / (uint)size);
        long delay = 0;
        for (var i = 0; i < Math.Min(count, 16); i++)
        {
            var edit = elst.Slice(8 + i * size, size);
            var duration = wide ? BinaryPrimitives.ReadInt64BigEndian(edit) : BinaryPrimitives.ReadUInt32BigEndian(edit);
            var mediaTime = wide
                ? BinaryPrimitives.ReadInt64BigEndian(edit[8..])
                : BinaryPrimitives.ReadInt32BigEndian(edit[4..]);
            if (mediaTime >= 0)
                return delay - Math.Min(mediaTime, long.MaxValue / 8);
            var seconds = Math.Clamp(Ticks.ToMicroseconds(duration, movieTimescale), 0, 86_400_000_000);
            delay += Ticks.FromMicroseconds(seconds, timescale);
        }
        return delay;
    }

    // The matrix turns (a b / c d) in 16.16; only the four upright ones are written by cameras.
    static int RotationOf(ReadOnlySpan<byte> matrix)
    {
        var a = BinaryPrimitives.ReadInt32BigEndian(matrix);
        var b = BinaryPrimitives.ReadInt32BigEndian(matrix[4..]);
        return (a, b) switch
        {
            (0, > 0) => 90,
            (< 0, 0) => 180,
            (0, < 0) => 270,
            _ => 0,
        };
    }

    static Dictionary<uint, SampleDefaults> ReadDefaults(ReadOnlySpan<byte> mvex)
    {
        var found = new Dictionary<uint, SampleDefaults>();
        var walk = Boxes.In(mvex);
        while (found.Count < MostTracks && walk.Next())
        {
            var body = walk.Body;
            if (walk.Box.Type == Trex && body.Length >= 24)
                found[BinaryPrimitives.ReadUInt32BigEndian(body[4..])] = new(
                    BinaryPrimitives.ReadUInt32BigEndian(body[12..]),
                    BinaryPrimitives.ReadUInt32BigEndian(body[16..]),
                    BinaryPrimitives.ReadUInt32BigEndian(body[20..])
                );
        }
        return found;
    }
}
