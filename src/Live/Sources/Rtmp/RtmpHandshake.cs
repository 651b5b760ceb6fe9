using System.Security.Cryptography;

namespace Lapel.Live;

/// <summary>
/// The handshake (Adobe RTMP 1.0, section 5.2), in its plain form: a version, 1536 bytes each way, and each side's sent back. It proves
/// nothing about anybody, so what the camera sends back is not compared.
/// </summary>
static class RtmpHandshake
{
    /// <summary>C0 and S0: the only version there is. As the first byte it also tells RTMP from TLS.</summary>
    public const byte Version = 3;

    const int Length = 1536;

    /// <exception cref="FormatException">It asks for another version.</exception>
    /// <exception cref="EndOfStreamException">It went in the middle.</exception>
    public static async Task Answer(Stream camera, CancellationToken stop)
    {
        var theirs = new byte[1 + Length];
        await camera.ReadExactlyAsync(theirs, stop);
        if (theirs[0] != Version)
            throw new FormatException("It speaks another version of RTMP than 3.");

        var ours = new byte[1 + Length + Length];
        ours[0] = Version;
        RandomNumberGenerator.Fill(ours.AsSpan(1 + 8, Length - 8)); // S1: time 0, zero, then random bytes
        theirs.AsSpan(1).CopyTo(ours.AsSpan(1 + Length)); // S2 is C1 again
        await camera.WriteAsync(ours, stop);
        await camera.ReadExactlyAsync(theirs.AsMemory(0, Length), stop); // C2
    }
}
