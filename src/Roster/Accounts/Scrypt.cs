using System.Runtime.InteropServices;

namespace Lapel.Roster;

/// <summary>
/// scrypt (RFC 7914) from OpenSSL's libcrypto. It is chosen because it needs memory as well as time, and because the system's own
/// library has it: Argon2id would be as good, but Debian 12's OpenSSL 3.0 does not know it.
/// </summary>
public static partial class Scrypt
{
    // A hash takes 32 MiB and a whole core: a crowd at the door must not take the machine from the cameras.
    static readonly SemaphoreSlim AtOnce = new(2, 2);

    /// <param name="lnN">Cost as a power of two: memory is 128 · r · 2^lnN bytes.</param>
    public static byte[] Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int lnN, int r, int p, int lengthBytes)
    {
        var key = new byte[lengthBytes];
        var n = 1UL << lnN;
        var memory = 128UL * (ulong)r * (n + (ulong)p + 2) + 4096;
        if (
            EVP_PBE_scrypt(
                password,
                (nuint)password.Length,
                salt,
                (nuint)salt.Length,
                n,
                (ulong)r,
                (ulong)p,
                memory,
                key,
                (nuint)key.Length
            ) != 1
        )
            throw new InvalidOperationException($"libcrypto refused scrypt with N=2^{lnN}, r={r}, p={p}.");
        return key;
    }

    /// <summary>Waits for its turn, at most two at once in the process, and leaves the request's thread free meanwhile.</summary>
    internal static async Task<T> InTurn<T>(Func<T> derive, CancellationToken stop)
    {
        await AtOnce.WaitAsync(stop);
        try
        {
            return await Task.Run(derive, CancellationToken.None);
        }
        finally
        {
            AtOnce.Release();
        }
    }

    [LibraryImport("libcrypto.so.3")]
    private static partial int EVP_PBE_scrypt(
        ReadOnlySpan<byte> pass,
        nuint passlen,
        ReadOnlySpan<byte> salt,
        nuint saltlen,
        ulong n,
        ulong r,
        ulong p,
        ulong maxmem,
        Span<byte> key,
        nuint keylen
    );
}
