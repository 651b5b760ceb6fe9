using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Lapel.WebRtc;

/// <summary>What goes over a connection that this end began. Every call comes under the end's lock.</summary>
interface ILeadingRole
{
    /// <summary>The handshake is done and its certificate the one that the answer named.</summary>
    void Connected(SdpTaken taken, Moment now);

    /// <summary>A packet of media as it came, still protected.</summary>
    void TakeMedia(Span<byte> packet, Moment now);

    void TakeRtcp(ReadOnlySpan<byte> compound, Moment now);

    /// <summary>Once a second while connected.</summary>
    void Report(Moment now);
}

/// <summary>
/// The end of one live connection that makes the offer: a socket, ICE's checks, the handshake, and the keys that come of it. The other side is
/// any WHIP or WHEP server over UDP. One thread and one socket; what is sent and taken is its role's.
/// </summary>
sealed class LeadingEnd : IDisposable
{
    const int ConnectWithinUs = 15_000_000;
    const int ReportUs = 1_000_000;
    const int SlotBytes = 2048;

    readonly TimeProvider clock;
    readonly ILeadingRole role;
    readonly DtlsIdentity identity;
    readonly Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
    readonly Thread thread;
    readonly uint reporter = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
    SdpTaken? taken;
    IceLead? lead;
    DtlsSession? dtls;
    SrtpSession? sending;
    SrtpSession? receiving;
    long beganUs;
    long reportUs;
    volatile bool closing;

    /// <exception cref="DllNotFoundException">OpenSSL 3 or libsrtp2 is not installed.</exception>
    public LeadingEnd(TimeProvider clock, ILeadingRole role, string name)
    {
        (this.clock, this.role) = (clock, role);
        Libsrtp.Start();
        identity = new(clock);
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        socket.Blocking = false;
        thread = new(Run) { IsBackground = true, Name = name };
    }

    public Lock Gate { get; } = new();

    public IceCredentials Ice { get; } = IceCredentials.New();

    public string FingerprintText => identity.FingerprintText;

    /// <summary>Where the role writes what it sends; under the lock.</summary>
    public byte[] Slot { get; } = new byte[SlotBytes];

    public bool IsConnected { get; private set; }

    /// <summary>A stable word for why nothing more will come or go; none while it may still.</summary>
    public string? EndedWhy { get; private set; }

    /// <summary>Begins to connect to whoever answered.</summary>
    public void Begin(SdpTaken answer)
    {
        lock (Gate)
        {
            if (taken is not null)
                throw new InvalidOperationException("The answer was taken before.");
            taken = answer;
            lead = new(Ice, taken.Fragment, taken.Password, taken.Candidates);
            dtls = identity.NewSession(asClient: taken.WeSpeakFirst);
            beganUs = Moment.Of(clock).Us;
        }
        thread.Start();
    }

    void Run()
    {
        var buffer = GC.AllocateUninitializedArray<byte>(SlotBytes);
        EndPoint anybody = new IPEndPoint(IPAddress.IPv6Any, 0);
        while (!closing && EndedWhy is null)
        {
            try
            {
                if (socket.Poll(10_000, SelectMode.SelectRead))
                {
                    var from = anybody;
                    var length = socket.ReceiveFrom(buffer, ref from);
                    Take(buffer.AsSpan(0, length), (IPEndPoint)from);
                }
                Tick();
            }
            catch (SocketException)
            {
                Tick(); // "port unreachable" of somebody's: the checks find out what it means
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    void Take(Span<byte> packet, IPEndPoint from)
    {
        if (packet.Length < 2)
            return;
        lock (Gate)
        {
            var now = Moment.Of(clock);
            if (packet[0] < 4)
                TakeStun(packet, from, now);
            else if (lead!.Selected is not { } selected || !selected.Equals(from))
                return; // only whom we checked may say anything
            else if (packet[0] is >= 20 and <= 63)
                TakeDtls(packet, now);
            else if (packet[0] is < 128 or > 191 || receiving is null)
                return;
            else if (packet[1] is < 192 or > 223)
                role.TakeMedia(packet, now);
            else if (receiving.OpenRtcp(packet) is > 0 and var length)
                role.TakeRtcp(packet[..length], now);
        }
    }

    /// <returns>The length of the opened packet of media; not above 0 when it is a replay or does not authenticate.</returns>
    public int Open(Span<byte> packet) => receiving!.Open(packet);

    void TakeStun(ReadOnlySpan<byte> packet, IPEndPoint from, Moment now)
    {
        if (StunReply.TryRead(packet, out var reply))
        {
            var before = lead!.Selected;
            if (!lead.Take(reply, from, now.Us) || before is not null)
                return;
            dtls!.Feed(default);
            SendRecords();
        }
        else if (StunRequest.TryRead(packet, out var request) && lead!.Answer(request, from, Slot) is > 0 and var length)
        {
            SendTo(length, from);
        }
    }

    void TakeDtls(ReadOnlySpan<byte> datagram, Moment now)
    {
        var before = dtls!.State;
        var state = dtls.Feed(datagram);
        SendRecords();
        if (state == DtlsState.Ended)
            End(before == DtlsState.Connected ? "said-good-bye" : "handshake");
        else if (before == DtlsState.Shaking && state == DtlsState.Connected)
            Shaken(now);
    }

    // As on the other side: the certificate must be the one that the answer named, and the answer came over the agency's own connection.
    void Shaken(Moment now)
    {
        if (dtls!.PeerFingerprint(taken!.FingerprintHash) != taken.Fingerprint)
        {
            End("fingerprint");
            return;
        }
        if (dtls.ExportKeys() is not { } keys)
        {
            End("no-srtp-profile");
            return;
        }
        (receiving, sending) = (SrtpSession.Receiving(keys), SrtpSession.Sending(keys));
        role.Connected(taken, now);
        IsConnected = true;
    }

    void Tick()
    {
        lock (Gate)
        {
            if (closing || EndedWhy is not null)
                return;
            var now = Moment.Of(clock);
            if (lead!.WriteCheck(Slot, now.Us, out var towards) is > 0 and var length)
                SendTo(length, towards);
            if (!IsConnected && now.Us - beganUs > ConnectWithinUs)
                End("never-connected");
            else if (!lead.HasConsent(now.Us))
                End("consent-lost");
            else if (IsConnected && now.Us - reportUs >= ReportUs)
            {
                reportUs = now.Us;
                role.Report(now);
            }
            else if (dtls!.RepeatInMs == 0)
            {
                dtls.Repeat();
                SendRecords();
            }
        }
    }

    /// <summary>Protects and sends the packet of media in the slot.</summary>
    /// <returns>Its length on the wire; 0 when it was not sent.</returns>
    public int Send(int length)
    {
        length = sending!.Protect(Slot, length);
        if (length <= 0 || lead!.Selected is not { } to)
            return 0;
        SendTo(length, to);
        return length;
    }

    public void SendRtcp(int length)
    {
        if (lead!.Selected is { } to)
            SendTo(sending!.ProtectRtcp(Slot, length), to);
    }

    /// <summary>A report of nothing received: what may follow it is a compound's own rule.</summary>
    public RtcpWriter NewReport()
    {
        var writer = new RtcpWriter(Slot);
        writer.ReceiverReport(reporter, 0);
        return writer;
    }

    void SendRecords()
    {
        if (lead!.Selected is not { } to)
            return;
        while (dtls!.TakeRecord(Slot, out var length))
            SendTo(length, to);
    }

    // A full socket buffer or a network that is away loses the packet, as any network may; nobody waits.
    void SendTo(int length, IPEndPoint to)
    {
        try
        {
            if (length > 0)
                socket.SendTo(Slot.AsSpan(0, length), to);
        }
        catch (SocketException) { }
    }

    void End(string why)
    {
        EndedWhy ??= why;
        IsConnected = false;
    }

    /// <summary>No more comes in; what the role still has to say can be said.</summary>
    /// <returns>False when it was closed before.</returns>
    public bool Close()
    {
        if (closing)
            return false;
        closing = true;
        if (thread.IsAlive)
            thread.Join();
        return true;
    }

    /// <summary>Good-bye, then nothing more: keys are gone when this returns.</summary>
    public void Dispose()
    {
        Close();
        lock (Gate)
        {
            if (IsConnected)
            {
                dtls!.SayGoodBye();
                SendRecords();
            }
            End("closed");
            receiving?.Dispose();
            sending?.Dispose();
            dtls?.Dispose();
        }
        identity.Dispose();
        socket.Dispose();
    }
}
