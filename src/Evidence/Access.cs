namespace Lapel.Evidence;

/// <summary>What somebody wants to do with a recording.</summary>
public enum Act
{
    /// <summary>See that it exists, its facts, its small pictures in a list, its manifest, receipt and custody.</summary>
    See,

    /// <summary>Look at it: every byte of picture and sound.</summary>
    Play,

    /// <summary>Take a copy out, in clear or sealed.</summary>
    Export,

    /// <summary>Have it verified, or its renditions made again.</summary>
    Verify,

    /// <summary>Let another account see it, and take that back.</summary>
    Grant,
}

/// <summary>
/// How far an account's eyes reach, as the roster stands now. Which recordings that is, is decided per recording:
/// by the officer who wore the camera, by the unit that officer belonged to at the recording's start, or by a grant.
/// </summary>
/// <param name="All">Every recording of the agency.</param>
/// <param name="Units">The account's unit and all below it; empty when its role sees no unit's.</param>
/// <param name="Own">The officer the account is, when its role sees its own.</param>
public sealed record Reach(
    AccountId Account,
    bool All,
    IReadOnlySet<UnitId> Units,
    OfficerId? Own,
    IReadOnlySet<Permission> Permissions
)
{
    /// <summary>
    /// Grants widen what a role may see; they do not turn a role that sees no recordings (the administrator's) into one that does.
    /// </summary>
    public bool GrantsCount =>
        Permissions.Contains(Permission.SeeAllRecordings)
        || Permissions.Contains(Permission.SeeUnitRecordings)
        || Permissions.Contains(Permission.SeeOwnRecordings);

    public static async Task<Reach> Of(Reading reading, Viewer viewer, CancellationToken stop)
    {
        var units =
            viewer.May(Permission.SeeUnitRecordings) && viewer.Account.Unit is { } unit
                ? (await Roster.Units.Subtree(reading, unit, stop)).ToHashSet()
                : [];
        return new(
            viewer.Account.Id,
            viewer.May(Permission.SeeAllRecordings),
            units,
            viewer.May(Permission.SeeOwnRecordings) ? viewer.Account.Officer : null,
            viewer.Permissions
        );
    }
}

/// <summary>
/// The one decision that guards every byte of evidence: pages, lists, originals, segments, thumbnails, manifests, proofs, exports.
/// What an account may not see looks like what does not exist.
/// </summary>
public static class Access
{
    public static readonly Refusal NotFound = new("recording-not-found", "There is no such recording.", RefusalKind.NotFound);

    /// <summary>Whether there are any recordings that it may see by its role: for links and menus, never in place of the decision.</summary>
    public static bool SeesRecordings(this Viewer viewer) =>
        viewer.May(Permission.SeeOwnRecordings)
        || viewer.May(Permission.SeeUnitRecordings)
        || viewer.May(Permission.SeeAllRecordings);

    /// <param name="grants">The account's grants for this recording, revoked and lapsed ones too.</param>
    public static Refusal? WhyNot(Reach reach, Recording recording, IEnumerable<AccessGrant> grants, Act act, Instant now)
    {
        if (!MaySee(reach, recording, grants, now))
            return NotFound;
        return act switch
        {
            Act.See or Act.Play => null,
            Act.Export => Needs(Permission.ExportRecordings, "Your role does not export recordings. Ask an evidence clerk."),
            Act.Verify => Needs(Permission.VerifyRecordings, "Your role does not verify recordings. Ask an evidence clerk."),
            Act.Grant => Needs(Permission.GrantAccess, "Your role does not give others access. Ask an evidence clerk."),
            _ => throw new ArgumentOutOfRangeException(nameof(act)),
        };

        Refusal? Needs(Permission permission, string sentence) =>
            reach.Permissions.Contains(permission) ? null : new("not-permitted", sentence, RefusalKind.Forbidden);
    }

    // RecordingList writes the same rule as SQL; a property test holds the two together.
    static bool MaySee(Reach reach, Recording recording, IEnumerable<AccessGrant> grants, Instant now) =>
        reach.All
        || (recording.Unit is { } unit && reach.Units.Contains(unit))
        || (reach.Own is { } own && recording.Officer?.Id == own)
        || (reach.GrantsCount && grants.Any(g => g.Account == reach.Account && g.Recording == recording.Id && g.StandsAt(now)));

    /// <summary>Finds a recording for somebody who wants to do something with it.</summary>
    public static async Task<(Recording? Recording, Refusal? Refusal)> Ask(
        Reading reading,
        Viewer viewer,
        RecordingId id,
        Act act,
        Instant now,
        CancellationToken stop
    )
    {
        var reach = await Reach.Of(reading, viewer, stop);
        var recording = await Recordings.Find(reading, id, stop);
        var grants = await AccessGrants.Of(reading, viewer.Account.Id, id, stop);
        var refusal = recording is null ? NotFound : WhyNot(reach, recording, grants, act, now);
        return refusal is null ? (recording, null) : (null, refusal);
    }

    /// <summary>As <see cref="Ask"/>, for the middle of something.</summary>
    /// <exception cref="RefusedException">The refusal.</exception>
    public static async Task<Recording> Require(
        Reading reading,
        Viewer viewer,
        RecordingId id,
        Act act,
        Instant now,
        CancellationToken stop
    )
    {
        var (recording, refusal) = await Ask(reading, viewer, id, act, now, stop);
        return recording ?? throw new RefusedException(refusal!);
    }
}
