using Lapel.Media;

namespace Lapel.Evidence;

/// <summary>What a recording's page shows, read in one go.</summary>
/// <param name="Custody">Newest first, at most a hundred of <paramref name="CustodyCount"/>.</param>
/// <param name="Grants">With the name of who may see it.</param>
/// <param name="UnitName">The unit that the officer belonged to at the start, as it is called now.</param>
public sealed record RecordingView(
    Recording Recording,
    Manifest Manifest,
    IReadOnlyList<(Clip Clip, ClipIndex Index)> Clips,
    Viewing Viewing,
    IReadOnlyList<LoggedEntry> Custody,
    long CustodyCount,
    IReadOnlyList<(AccessGrant Grant, string Who)> Grants,
    IReadOnlyList<Account> MayGrantTo,
    string? UnitName,
    bool MayExport,
    bool MayVerify,
    bool MayGrant,
    IReadOnlyList<Aside> Asides,
    Instant Now
);
