using System.Security.Cryptography;
using System.Text;

namespace Lapel.Governance;

/// <summary>Findings in the records.</summary>
public static class Findings
{
    /// <summary>
    /// The same gap has the same id however often it is judged: SHA-256 of what it is about, cut to a UUID of version 8 (RFC 9562,
    /// 5.8). What people said about a finding hangs on this id.
    /// </summary>
    /// <param name="about">The attendance's id, or the recording's for findings about a recording alone.</param>
    /// <param name="nth">
    /// For states their place in the recording's list; for gaps 0, 1, 2… of those after the same recording; else 0. Chosen so that a fact
    /// that comes later never moves what was said about one gap to another.
    /// </param>
    public static FindingId IdOf(FindingKind kind, string about, RecordingId? recording, int nth)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{Words<FindingKind>.Of(kind)} {about} {recording?.Text} {nth}"), digest);
        digest[6] = (byte)((digest[6] & 0x0f) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3f) | 0x80);
        return FindingId.Parse(new Guid(digest[..16], bigEndian: true).ToString("D"));
    }
}
