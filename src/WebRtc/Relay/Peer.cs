namespace Lapel.WebRtc;

/// <summary>What a peer is for. All calls come under the stream's lock.</summary>
interface IPeerRole
{
    void Connected(Moment now, Outbox outbox);
    void TakeRtp(Span<byte> packet, Moment now, Outbox outbox);
    void TakeRtcp(ReadOnlySpan<byte> compound, Moment now, Outbox outbox);

    /// <summary>Every ten milliseconds while connected.</summary>
    void Tick(Moment now, Outbox outbox);

    /// <summary>Before the last packet: what can be said by RTCP.</summary>
    void SayGoodBye(Outbox outbox);

    /// <summary>After the last packet; the connection is gone.</summary>
    void Ended(string why, Moment now, Outbox outbox);

    PeerStatistics Statistics { get; }
}

/// <summary>
/// One connection of a publisher or viewer: ICE, then DTLS, then protected media, under one lease. Everything in it happens under its
/// stream's lock.
/// </summary>
sealed class Peer
{
    readonly DtlsSession dtls;
    readonly SdpMedia transport;
    readonly long connectBeforeUs;
    readonly Action<Peer> forget;
    readonly GatewayCounters counters;
    SrtpSession? receiving;
    SrtpSession? sending;

    public Peer(
        LiveStream stream,
        Lease lease,
        SdpMedia transport,
        DtlsSession dtls,
        GatewayOptions options,
        GatewayCounters counters,
        Moment now,
        Action<Peer> forget
    )
    {
        (Stream, Lease, this.transport, this.dtls, this.counters, this.forget) = (
            stream,
            lease,
            transport,
            dtls,
            counters,
            forget
        );
        Ice = new(IceCredentials.New(), transport.Fragment);
        CreatedAt = now;
        connectBeforeUs = now.Us + (long)options.ConnectWithin.TotalMicroseconds;
    }

    public PeerId Id { get; } = PeerId.New();
    public LiveStream Stream { get; }
    public Lease Lease { get; }
    public IceLite Ice { get; }
    public Moment CreatedAt { get; }
    public IPeerRole Role { get; set; } = null!;
    public bool IsConnected => sending is not null && EndedWhy is null;
    public string? EndedWhy { get; private set; }

    /// <summary>Whether media may pass at this moment: connected, and under a living lease.</summary>
    public bool MayPass(Moment now) => IsConnected && Lease.IsLiveAt(now.WallUs);

    /// <returns>False when the check is not this peer's, or is not signed.</returns>
    public bool TakeCheck(in StunRequest request, in Arrival arrival, Outbox outbox, Func<Path, Path> register)
    {
        if (EndedWhy is not null || Ice.CredentialsOf(request.Username) is not { } by || !request.IsSignedWith(by.PasswordBytes))
            return false;
        var from = arrival.From;
        var path = Ice.Paths.FirstOrDefault(p => p.Remote == from) ?? register(Path.To(arrival, this));
        if (path.Owner != this)
            return false; // that address is another peer's, until that peer is gone
        if (arrival.Connection is { } connection)
            connection.IsProved = true;
        var writer = new StunWriter(
            outbox.Slot,
            request.ClaimsControlled ? StunType.BindingError : StunType.BindingSuccess,
            request.Transaction
        );
        if (request.ClaimsControlled)
            writer.RoleConflict();
        else
            writer.MappedAddress(arrival.From);
        outbox.Send(path, writer.Finish(by.PasswordBytes));
        if (request.ClaimsControlled)
            return true;
        Ice.Checked(path, request.Nominates, by, arrival.At.Us, out var fell);
        if (fell is not null)
            Fell?.Invoke(fell);
        return true;
    }

    /// <summary>Told of a path whose packets are to be taken no more.</summary>
    public Action<Path>? Fell { get; init; }

    public void TakeDtls(ReadOnlySpan<byte> datagram, Moment now, Outbox outbox)
    {
        if (EndedWhy is not null)
            return;
        var before = dtls.State;
        var state = dtls.Feed(datagram);
        SendRecords(outbox);
        if (before == DtlsState.Shaking && state == DtlsState.Connected)
            Shaken(now, outbox);
        else if (state == DtlsState.Ended)
            End(before == DtlsState.Connected ? "said-good-bye" : "handshake", now, outbox);
    }

    // The certificate must be the one that the offer named (RFC 8122, 5): whoever carried the offer here vouches for it, nobody else does.
    void Shaken(Moment now, Outbox outbox)
    {
        if (dtls.PeerFingerprint(transport.FingerprintHash) != transport.Fingerprint)
        {
            Interlocked.Increment(ref counters.HandshakesRefused);
            End("fingerprint", now, outbox);
            return;
        }
        if (dtls.ExportKeys() is not { } keys)
        {
            Interlocked.Increment(ref counters.HandshakesRefused);
            End("no-srtp-profile", now, outbox);
            return;
        }
        receiving = SrtpSession.Receiving(keys);
        sending = SrtpSession.Sending(keys);
        Role.Connected(now, outbox);
    }

    void SendRecords(Outbox outbox)
    {
        if (Ice.Selected is not { } path)
            return;
        while (dtls.TakeRecord(outbox.Slot, out var length))
            outbox.Send(path, length);
    }

    /// <summary>Opens a protected packet in place and hands it on; RTP and RTCP are told apart as RFC 5761 says.</summary>
    public void TakeProtected(Span<byte> packet, Moment now, Outbox outbox)
    {
        if (receiving is null || EndedWhy is not null || packet.Length < 12)
            return;
        if (!Lease.IsLiveAt(now.WallUs))
        {
            End(WhyLeaseEnded, now, outbox);
            return;
        }
        var isRtcp = packet[1] is >= 192 and <= 223;
        var length = isRtcp ? receiving.OpenRtcp(packet) : receiving.Open(packet);
        if (length <= 0)
            Interlocked.Increment(ref length < 0 ? ref counters.Replayed : ref counters.NotAuthentic);
        else if (isRtcp)
            Role.TakeRtcp(packet[..length], now, outbox);
        else
            Role.TakeRtp(packet[..length], now, outbox);
    }

    string WhyLeaseEnded => Lease.Ended ?? "lease-over";

    public bool SendRtp(Span<byte> slot, int lengthBytes, Outbox outbox)
    {
        if (sending is null || Ice.Selected is not { } path)
            return false;
        lengthBytes = sending.Protect(slot, lengthBytes);
        outbox.Send(path, lengthBytes);
        return lengthBytes > 0;
    }

    public void SendRtcp(Span<byte> slot, int lengthBytes, Outbox outbox)
    {
        if (sending is not null && lengthBytes > 0 && Ice.Selected is { } path)
            outbox.Send(path, sending.ProtectRtcp(slot, lengthBytes));
    }

    public void Tick(Moment now, Outbox outbox)
    {
        if (EndedWhy is not null)
            return;
        if (!Lease.IsLiveAt(now.WallUs))
            End(WhyLeaseEnded, now, outbox);
        else if (!IsConnected && now.Us > connectBeforeUs)
            End("never-connected", now, outbox);
        else if (IsConnected && !Ice.HasConsent(now.Us, CreatedAt.Us))
            End("consent-lost", now, outbox);
        else if (IsConnected)
            Role.Tick(now, outbox);
        else if (dtls.RepeatInMs == 0)
        {
            dtls.Repeat();
            SendRecords(outbox);
        }
    }

    /// <summary>Good-byes, then nothing more: keys are gone when this returns.</summary>
    public void End(string why, Moment now, Outbox outbox)
    {
        if (EndedWhy is not null)
            return;
        if (IsConnected)
        {
            Role.SayGoodBye(outbox);
            dtls.SayGoodBye();
            SendRecords(outbox);
        }
        EndedWhy = why;
        forget(this);
        receiving?.Dispose();
        sending?.Dispose();
        (receiving, sending) = (null, null);
        dtls.Dispose();
        Role.Ended(why, now, outbox);
    }
}
