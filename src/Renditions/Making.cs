using System.Buffers.Binary;
using System.Text.Json;

namespace Lapel.Renditions;

/// <summary>
/// Makes what is missing of a recording's renditions, in the background: proxies first, then the filmstrip, the thumbnails and the
/// waveform from what plays. Running it again makes only what is not there.
/// </summary>
sealed class Making(RenditionFiles files, Proxies proxies, ClearClips clear, AgencyRecords records, Pulse pulse) : IJob, IFollower
{
    public const string JobKind = "renditions";

    const int WaveformSlicesPerSecond = 10;

    static readonly FilmstripSettings Strip = new(
        PictureWidth: 192,
        Columns: 10,
        SecondsApart: 5,
        FewestPictures: 40,
        MostPictures: 300
    );
    static readonly FilmstripSettings Few = new(
        PictureWidth: 320,
        Columns: 4,
        SecondsApart: 3600,
        FewestPictures: 8,
        MostPictures: 8
    );

    public string Kind => JobKind;

    public bool IsLong => true;

    public string Name => "renditions";

    public async Task Follow(IReadOnlyList<LoggedEntry> entries, Work work, CancellationToken stop)
    {
        foreach (var logged in entries)
            switch (logged.Entry.Event)
            {
                case CustodyEvent.RecordingAdmitted admitted:
                    await Jobs.Enqueue(work, JobKind, admitted.Recording.Text, stop);
                    break;
                case CustodyEvent.ContentKeyDestroyed destroyed:
                    files.Remove(destroyed.Recording); // unreadable already; gone is tidier
                    break;
            }
    }

    public async Task Run(string subject, CancellationToken stop)
    {
        var recording = RecordingId.Parse(subject);
        IReadOnlyList<(Clip Clip, ClipIndex Index)> clips;
        await using (var reading = await records.Read(stop))
            clips = await Clips.WithIndexes(reading, recording, stop);
        if (clips.All(c => c.Index.Tracks.Count == 0))
            return;
        var ffmpeg = Ffmpeg.Find();
        foreach (var (clip, index) in clips)
            if (index.Tracks.Count > 0 && !index.IsBrowserPlayable && proxies.IndexOf(clip) is null)
                await proxies.Make(ffmpeg, clear, clip, stop);
        var of = clips.Select(c => c.Clip).ToList();
        if (!files.Holds(recording, RenditionFiles.Thumbnails))
            await MakeStrip(ffmpeg, recording, RenditionFiles.Thumbnails, Few, clips, of, stop);
        pulse.Send("recordings");
        if (!files.Holds(recording, RenditionFiles.Filmstrip))
            await MakeStrip(ffmpeg, recording, RenditionFiles.Filmstrip, Strip, clips, of, stop);
        if (!files.Holds(recording, RenditionFiles.Waveform))
            await MakeWaveform(ffmpeg, recording, clips, of, stop);
    }

    /// <summary>What plays of a clip: itself, or its proxy.</summary>
    (ClipIndex Index, Func<ClearClip?> Open) Playing(Clip clip, ClipIndex index) =>
        index.IsBrowserPlayable || proxies.IndexOf(clip) is not { } proxy
            ? (index, () => clear.Open(clip))
            : (proxy, () => proxies.Open(clip));

    /// <summary>What the player reads: see src/Web/README.md.</summary>
    public sealed record StripJson(string Sprite, int TileWidth, int TileHeight, int Columns, int Count, double EveryMs);

    async Task MakeStrip(
        Ffmpeg ffmpeg,
        RecordingId recording,
        string name,
        FilmstripSettings settings,
        IReadOnlyList<(Clip Clip, ClipIndex Index)> clips,
        IReadOnlyList<Clip> of,
        CancellationToken stop
    )
    {
        using var joined = Joined.Of(clips.Select(c => Playing(c.Clip, c.Index)));
        if (joined is null || await Filmstrip.Make(ffmpeg, joined.Index, joined.Read, settings, stop) is not { } made)
            return;
        var count = made.Layout.TimesUs.Count;
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new StripJson(
                $"{name}.jpg",
                made.Layout.PictureWidth,
                made.Layout.PictureHeight,
                made.Layout.Columns,
                count,
                Math.Max(1, joined.Index.DurationUs / 1000.0 / count)
            ),
            LapelJson.Lenient
        );
        await files.Write(recording, name, of, Pack(json, made.Jpeg));
    }

    /// <summary>Length of the JSON (4 bytes, big-endian), JSON, picture: one file, so that the two always fit.</summary>
    static byte[] Pack(byte[] json, byte[] jpeg)
    {
        var packed = new byte[4 + json.Length + jpeg.Length];
        BinaryPrimitives.WriteInt32BigEndian(packed, json.Length);
        json.CopyTo(packed, 4);
        jpeg.CopyTo(packed, 4 + json.Length);
        return packed;
    }

    public static (StripJson Json, ReadOnlyMemory<byte> Jpeg) Unpack(byte[] packed)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(packed);
        return (JsonSerializer.Deserialize<StripJson>(packed.AsSpan(4, length), LapelJson.Lenient)!, packed.AsMemory(4 + length));
    }

    /// <param name="Peaks">Loudest of each slice, 0 to 255.</param>
    public sealed record WaveformJson(int EveryMs, IReadOnlyList<int> Peaks);

    async Task MakeWaveform(
        Ffmpeg ffmpeg,
        RecordingId recording,
        IReadOnlyList<(Clip Clip, ClipIndex Index)> clips,
        IReadOnlyList<Clip> of,
        CancellationToken stop
    )
    {
        var peaks = new List<int>();
        var (any, endUs) = (false, 0L);
        foreach (var (clip, index) in clips)
        {
            var (played, open) = Playing(clip, index);
            using var media = played.Sound is null ? null : open();
            if (
                media is not null
                && await Waveform.Make(ffmpeg, played, media.ReadAt, WaveformSlicesPerSecond, stop) is { } sound
            )
            {
                any = true;
                foreach (var pair in sound.Peaks.Chunk(2))
                    peaks.Add(Math.Min(255, Math.Max(Math.Abs((int)pair[0]), Math.Abs((int)pair[^1])) * 2));
            }
            // The next clip begins where the player has it.
            endUs += played.DurationUs;
            var due = (int)(endUs * WaveformSlicesPerSecond / 1_000_000);
            peaks.RemoveRange(Math.Min(peaks.Count, due), Math.Max(0, peaks.Count - due));
            peaks.AddRange(Enumerable.Repeat(0, due - peaks.Count));
        }
        if (any)
            await files.Write(
                recording,
                RenditionFiles.Waveform,
                of,
                JsonSerializer.SerializeToUtf8Bytes(new WaveformJson(1000 / WaveformSlicesPerSecond, peaks), LapelJson.Lenient)
            );
    }
}
