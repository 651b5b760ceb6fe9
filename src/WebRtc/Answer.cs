using System.Diagnostics.CodeAnalysis;

namespace Lapel.WebRtc;

/// <summary>What goes back to a client whose offer was taken.</summary>
/// <param name="IceSession">Changes with every ICE restart: WHIP's ETag.</param>
public sealed record Answer(PeerId Peer, StreamKey Stream, string Sdp, string IceSession);

/// <summary>The fragment that answers an ICE restart.</summary>
public sealed record RestartAnswer(string SdpFragment, string IceSession);

/// <summary>An answer or the reason why there is none.</summary>
public readonly record struct Offered<T>(T? Value, Refusal? Refusal)
    where T : class
{
    public bool IsTaken([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        (value, refusal) = (Value, Refusal);
        return Value is not null;
    }

    public static implicit operator Offered<T>(T value) => new(value, null);

    public static implicit operator Offered<T>(Refusal refusal) => new(null, refusal);
}
