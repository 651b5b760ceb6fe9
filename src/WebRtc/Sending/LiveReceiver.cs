namespace Lapel.WebRtc;

/// <summary>
/// A watcher's end of one live connection, without a screen: makes the offer that goes by WHEP, takes the answer, and then counts what
/// arrives and authenticates. It keeps no packet. Every call may come from any thread.
/// </summary>
public sealed class LiveReceiver : IDisposable, ILeadingRole
{
    readonly LeadingEnd end;
    SdpTaken? agreed;
    long sounds;
    long pictures;

    /// <exception cref="DllNotFoundException">OpenSSL 3 or libsrtp2 is not installed.</exception>
    public LiveReceiver(TimeProvider clock)
    {
        end = new(clock, this, "live receiver");
        Offer = LeadingOffer.ToReceive(end.Ice, end.FingerprintText);
    }

    /// <summary>The SDP offer, for the body of a WHEP request.</summary>
    public string Offer { get; }

    public bool IsConnected => end.IsConnected;

    /// <summary>A stable word for why nothing more will come; none while it may still.</summary>
    public string? EndedWhy => end.EndedWhy;

    /// <summary>Packets that arrived so far.</summary>
    public long Received(LiveMedia media) => Interlocked.Read(ref media == LiveMedia.Sound ? ref sounds : ref pictures);

    /// <summary>Takes the answer and begins to connect.</summary>
    public Refusal? Begin(string answerSdp)
    {
        if (SdpTaken.WhyNotRead(answerSdp, weSend: false, out var taken) is { } refusal)
            return refusal;
        end.Begin(taken!);
        return null;
    }

    void ILeadingRole.Connected(SdpTaken taken, Moment now) => agreed = taken;

    void ILeadingRole.TakeMedia(Span<byte> packet, Moment now)
    {
        if (end.Open(packet) is not (> 0 and var length) || !RtpPacket.TryRead(packet[..length], out var media))
            return;
        if (media.PayloadType == agreed?.Sound?.Codec.PayloadType)
            Interlocked.Increment(ref sounds);
        else if (media.PayloadType == agreed?.Picture?.Codec.PayloadType)
            Interlocked.Increment(ref pictures);
    }

    void ILeadingRole.TakeRtcp(ReadOnlySpan<byte> compound, Moment now) { } // nothing is shown, so nothing has to be in step

    void ILeadingRole.Report(Moment now) => end.SendRtcp(end.NewReport().LengthBytes);

    public void Dispose() => end.Dispose();
}
