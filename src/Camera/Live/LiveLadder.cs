using Lapel.WebRtc;

namespace Lapel.CameraProgram;

/// <summary>What is sent live, from nothing but reports to the picture as it is recorded. Each rung costs less than the next.</summary>
public enum LiveRung
{
    /// <summary>Position and state only, in the reports.</summary>
    Position,

    /// <summary>A small picture every few seconds.</summary>
    Stills,
    Sound,

    /// <summary>Sound and a small, coarse picture.</summary>
    SmallPicture,

    /// <summary>Sound and a picture encoded once more at a lower rate.</summary>
    Picture,

    /// <summary>Sound and the picture exactly as it is recorded.</summary>
    Recorded,
}

/// <summary>
/// How much is sent live, decided once a second from what the way carried: down at once when it carries less, up again by one rung after a
/// while of calm, and later each time that going up was a mistake. A pure value: no clock, no socket.
/// </summary>
/// <param name="RecordedKbps">What the recording's own picture takes.</param>
public sealed record LiveLadder(int RecordedKbps)
{
    /// <summary>Beyond this a picture is not to be mended by sending again.</summary>
    const double MuchLost = 0.25;

    /// <summary>Words survive more: Opus carries a coarse copy of each packet in the next.</summary>
    const double MuchSoundLost = 0.4;
    const double NearlyAllLost = 0.6;
    const double Calm = 0.08;

    /// <summary>Of what arrived, the part that may be used: the rest is room for what the network does next.</summary>
    const double Share = 0.8;

    static readonly Duration LongQueue = Duration.FromMilliseconds(300);
    static readonly Duration ShortQueue = Duration.FromMilliseconds(120);
    static readonly Duration LongQuiet = Duration.FromSeconds(3);
    static readonly Duration Settling = Duration.FromSeconds(2);
    static readonly Duration FirstPatience = Duration.FromSeconds(6);
    static readonly Duration LongestPatience = Duration.FromSeconds(60);

    public LiveRung Rung { get; init; } = LiveRung.Recorded;

    /// <summary>How long it has to be calm before the next rung is tried.</summary>
    public Duration Patience { get; init; } = FirstPatience;

    Instant? CalmSince { get; init; }
    Instant? RaisedAt { get; init; }

    /// <summary>What was sent before a step down is still on its way, and says nothing about what is sent since.</summary>
    Instant? SettledAt { get; init; }

    int BadSeconds { get; init; }

    /// <summary>A new connection begins where it costs little when the one before was lost, and climbs from there.</summary>
    public LiveLadder Again() =>
        this with
        {
            Rung = LiveRung.Stills,
            CalmSince = null,
            RaisedAt = null,
            SettledAt = null,
            BadSeconds = 0,
        };

    public LiveLadder After(Uplink seen, Instant now)
    {
        if (now < SettledAt)
            return this;
        if (IsBad(seen))
        {
            // One bad second is a lorry passing by; all of it lost is not.
            if (BadSeconds == 0 && seen.Quiet < LongQuiet && !(seen.LostShare > NearlyAllLost))
                return this with { BadSeconds = 1, CalmSince = null };
            return Down(seen, now);
        }
        if (!IsCalm(seen))
            return this with { BadSeconds = 0, CalmSince = null };
        var since = CalmSince ?? now;
        if (Rung < LiveRung.Recorded && now - since >= Patience)
            return this with { Rung = Next(Rung), RaisedAt = now, CalmSince = now, BadSeconds = 0 };
        // What has held for long was no mistake.
        var forgiven = RaisedAt is { } raised && now - raised > 2 * LongestPatience;
        return this with { CalmSince = since, BadSeconds = 0, Patience = forgiven ? FirstPatience : Patience };
    }

    bool IsBad(Uplink seen) =>
        seen.Quiet >= LongQuiet
        || seen.LostShare
            > (
                Rung > LiveRung.Sound ? MuchLost
                : Rung == LiveRung.Sound ? MuchSoundLost
                : NearlyAllLost
            )
        || (Rung > LiveRung.Sound && seen.Queue > LongQueue);

    static bool IsCalm(Uplink seen) => !(seen.LostShare > Calm) && seen.Queue < ShortQueue && seen.Quiet < LongQuiet;

    LiveLadder Down(Uplink seen, Instant now)
    {
        var carries = seen.Quiet >= LongQuiet ? 0 : seen.ArrivedKbps * Share;
        var rung = Rung;
        if (rung > LiveRung.Position)
        {
            rung = Previous(rung);
            while (rung > LiveRung.Sound && (KbpsOf(rung) > carries || KbpsOf(rung) >= KbpsOf(Rung)))
                rung = Previous(rung); // below sound one at a time: what those cost is too little to be measured
        }
        var mistaken = RaisedAt is { } raised && now - raised < LongestPatience;
        return this with
        {
            Rung = rung,
            BadSeconds = 0,
            CalmSince = null,
            RaisedAt = null,
            SettledAt = now + Settling,
            Patience = mistaken ? Duration.Min(Patience * 2, LongestPatience) : Patience,
        };
    }

    // A rung that saves nothing against the one above it (a recording of few kilobits) is passed over.
    LiveRung Next(LiveRung rung)
    {
        do rung++;
        while (rung < LiveRung.Recorded && KbpsOf(rung) >= KbpsOf(LiveRung.Recorded));
        return rung;
    }

    static LiveRung Previous(LiveRung rung) => rung - 1;

    /// <summary>Of the picture alone.</summary>
    public int PictureKbpsOf(LiveRung rung) =>
        rung switch
        {
            LiveRung.Recorded => RecordedKbps,
            LiveRung.Picture => Math.Min(600, RecordedKbps / 2),
            LiveRung.SmallPicture => Math.Min(160, RecordedKbps / 4),
            LiveRung.Stills => 20,
            _ => 0,
        };

    /// <summary>Everything that is sent there, heads of packets and all.</summary>
    public int KbpsOf(LiveRung rung) => PictureKbpsOf(rung) * 11 / 10 + (rung >= LiveRung.Sound ? 45 : 0);
}
