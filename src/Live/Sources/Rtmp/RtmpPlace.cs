using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;

namespace Lapel.Live;

/// <summary>
/// Where one source waits for its camera, known by the agency's name and a key. One camera at a time: as long as one is here, whoever
/// else has the key is turned away, since one of the two is not whom it says.
/// </summary>
sealed class RtmpPlace(string application, string key, Action<RtmpPlace> vacate) : IDisposable
{
    readonly byte[] digest = DigestOf(key);
    readonly Channel<RtmpConnection> came = Channel.CreateUnbounded<RtmpConnection>();
    readonly Lock turn = new();
    RtmpConnection? here;
    bool closed;

    /// <summary>Keys are compared by their digests: equally long ones, in a time that tells nothing.</summary>
    public static byte[] DigestOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    public bool IsFor(string named, ReadOnlySpan<byte> keyDigest) =>
        CryptographicOperations.FixedTimeEquals(digest, keyDigest) && named == application;

    /// <returns>Whether it was free.</returns>
    public bool TryTake(RtmpConnection camera)
    {
        lock (turn)
        {
            if (closed || here is { Over.IsCompleted: false })
                return false;
            here = camera;
            return came.Writer.TryWrite(camera);
        }
    }

    /// <summary>The camera that comes next; dispose it to turn it out.</summary>
    public ValueTask<RtmpConnection> Next(CancellationToken stop) => came.Reader.ReadAsync(stop);

    public void Dispose()
    {
        lock (turn)
        {
            closed = true;
            here?.Dispose();
        }
        vacate(this);
    }
}
