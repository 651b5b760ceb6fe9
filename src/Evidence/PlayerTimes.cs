using Lapel.Media;

namespace Lapel.Evidence;

/// <summary>
/// Turns the manifest's wall clock into the player's time, which is the clips one after the other. Between two clips nothing was
/// recorded, so times in there fall on the seam. Wall times shown are the camera's less its measured offset.
/// </summary>
public sealed class PlayerTimes
{
    readonly List<(Instant From, long AtMs, long LengthMs)> clips = [];
    readonly Manifest manifest;
    readonly Duration offset;

    public PlayerTimes(Manifest manifest, IReadOnlyList<(Clip Clip, ClipIndex Index)> indexed)
    {
        this.manifest = manifest;
        offset = Duration.FromMilliseconds(manifest.Clock?.OffsetMs ?? 0);
        foreach (var (clip, index) in indexed)
        {
            var length = (index.DurationUs + 500) / 1000;
            clips.Add((clip.StartedAt, LengthMs, length));
            LengthMs += length;
        }
    }

    public long LengthMs { get; }

    public long At(Instant camera)
    {
        var found = clips.FindLastIndex(c => c.From <= camera);
        if (found < 0)
            return 0;
        var (from, at, length) = clips[found];
        return at + Math.Clamp((long)(camera - from).TotalMilliseconds, 0, length);
    }

    public IReadOnlyList<PlayerPiece> Pieces =>
        [.. clips.Where(c => c.LengthMs > 0).Select(c => new PlayerPiece(c.AtMs, c.LengthMs, c.From - offset))];

    public IReadOnlyList<PlayerSpan> Spans =>
        [
            .. manifest.ActivatedAt > manifest.StartedAt
                ? new[]
                {
                    new PlayerSpan(
                        0,
                        At(manifest.ActivatedAt),
                        "buffer",
                        manifest.PreEventSound ? "Before activation" : "Before activation, without sound"
                    ),
                }
                : [],
            .. manifest.States.Select(s => new PlayerSpan(
                At(s.From),
                At(s.Until ?? manifest.EndedAt),
                Words<RecordingState>.Of(s.State),
                Label(s)
            )),
        ];

    /// <summary>Bookmarks, and where recording was stopped, which has no length to draw.</summary>
    public IReadOnlyList<PlayerMark> Marks =>
        [
            .. manifest
                .Bookmarks.Select(b => new PlayerMark(At(b.At), b.Label ?? "Bookmark"))
                .Concat(
                    manifest
                        .States.Where(s => s.State == RecordingState.Stopped)
                        .Select(s => new PlayerMark(At(s.From), Label(s)))
                )
                .OrderBy(m => m.AtMs),
        ];

    public IReadOnlyList<PlayerPoint> Track =>
        [.. manifest.Positions.Select(p => new PlayerPoint(At(p.At), p.Latitude, p.Longitude))];

    public static string Label(StateSpan span) =>
        $"{span.State}: {span.ReasonCode}{(span.Text is null ? "" : $", {span.Text}")}{Circumstances(span)}";

    /// <summary>What goes with a reason, in brackets; empty when nothing was said.</summary>
    public static string Circumstances(StateSpan span)
    {
        var said = new[]
        {
            span.Place is { } place ? $"place: {place}" : null,
            span.AskedBy is { } who ? $"asked by: {who}" : null,
            span.Supervisor is { } badge ? $"supervisor: {badge}" : null,
            span.SaidAloud ? "said aloud" : null,
        }.OfType<string>();
        var text = string.Join(", ", said);
        return text.Length == 0 ? "" : $" ({text})";
    }

    /// <summary>Where the player is at a time of the server's clock.</summary>
    public long AtServer(Instant server) => At(server + offset);

    /// <summary>The camera's time as the server's clock would have shown it.</summary>
    public Instant Shown(Instant camera) => camera - offset;
}
