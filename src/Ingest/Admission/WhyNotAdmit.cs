namespace Lapel.Ingest;

/// <summary>Everything that the decision looks at, gathered beforehand: the decision itself reads no disk and asks no clock.</summary>
/// <param name="Manifest">None when it cannot be read; <paramref name="Unreadable"/> says why.</param>
/// <param name="Caller">The camera whose session brings it.</param>
/// <param name="Camera">The manifest's camera in the roster.</param>
/// <param name="Key">The key that the envelope names, in the roster.</param>
/// <param name="SignatureHolds">Checked with that key.</param>
/// <param name="Inconsistency">What the manifest says against itself.</param>
/// <param name="ReceivedAt">Server clock when the manifest first came.</param>
/// <param name="SameRecording">An admitted manifest of this recording.</param>
/// <param name="SameSequence">An admitted manifest of this key with the same number.</param>
/// <param name="Before">The admitted manifest of this key with the number before.</param>
/// <param name="After">The admitted manifest of this key with the next number; urgent recordings overtake.</param>
/// <param name="Clips">One for each of the manifest's, in its order.</param>
public sealed record AdmissionFacts(
    Digest Envelope,
    Manifest? Manifest,
    string? Unreadable,
    CameraId Caller,
    Camera? Camera,
    CameraKeyEntry? Key,
    bool SignatureHolds,
    string? Inconsistency,
    Instant ReceivedAt,
    AdmittedManifest? SameRecording,
    AdmittedManifest? SameSequence,
    AdmittedManifest? Before,
    AdmittedManifest? After,
    IReadOnlyList<ClipFacts> Clips
);

/// <param name="AdmittedElsewhere">Another recording that holds a clip of this id.</param>
/// <param name="Arrived">None while its bytes are not all here.</param>
public sealed record ClipFacts(ClipEntry Stated, RecordingId? AdmittedElsewhere, ArrivedClip? Arrived);

/// <param name="Digest">Computed as the bytes came.</param>
/// <param name="WhyNotOpened">Why its first segment could not be opened with its wrapped key; none when it was.</param>
public sealed record ArrivedClip(long LengthBytes, Digest Digest, string? WhyNotOpened);

/// <summary>
/// May this become evidence? The order is part of the decision: who speaks, whether it is them, whether it makes sense, whether it fits
/// what they said before, whether everything is here, whether it is what they signed, whether we can open it.
/// </summary>
public static class Admittance
{
    public const string ClipsMissing = "clips-missing";

    /// <returns>None: admit. Of kind <see cref="RefusalKind.Conflict"/>: nothing is decided, bring the rest. Else: quarantine.</returns>
    public static Refusal? WhyNotAdmit(AdmissionFacts facts) =>
        facts.Manifest is { } manifest
            ? WhyNotTheirs(facts, manifest) ?? WhyNotChained(facts, manifest) ?? WhyNotHere(facts) ?? WhyNotAsSigned(facts.Clips)
            : No("manifest-unreadable", facts.Unreadable ?? "The manifest cannot be read.");

    static Refusal? WhyNotTheirs(AdmissionFacts facts, Manifest manifest)
    {
        if (facts.Camera is not { } camera)
            return No("camera-unknown", $"The manifest is of camera {manifest.Camera}, which this agency does not know.");
        if (camera.Id != facts.Caller)
            return No("not-the-callers-recording", $"The manifest is of camera {camera.Serial}, but another camera brought it.");
        if (facts.Key is not { } key || key.Camera != camera.Id)
            return No("key-unknown", $"The manifest is signed with a key that was never enrolled for camera {camera.Serial}.");
        // The camera's own clock cannot excuse a stolen key, so the time that counts is when we received it.
        if (key.RevokedAt <= facts.ReceivedAt)
            return No(
                "key-revoked",
                $"The manifest is signed with a key of camera {camera.Serial} that was revoked on {key.RevokedAt.Value.ToText()}, before it arrived."
            );
        if (!facts.SignatureHolds)
            return No("signature-wrong", $"The manifest's signature does not hold under the key of camera {camera.Serial}.");
        return facts.Inconsistency is { } sentence
            ? No("manifest-inconsistent", $"The manifest contradicts itself: {sentence}")
            : null;
    }

    static Refusal? WhyNotChained(AdmissionFacts facts, Manifest manifest)
    {
        if (facts.SameRecording is { } recorded && recorded.Digest != facts.Envelope)
            return No(
                "recording-rewritten",
                "This recording was admitted before with another manifest; what a camera has signed once stands."
            );
        if (facts.SameSequence is { } twin && twin.Digest != facts.Envelope)
            return No(
                "chain-forked",
                $"The camera signed two different manifests as its number {manifest.Sequence}; recording {twin.Recording} was admitted with the other."
            );
        if (facts.Before is { } before && manifest.Previous?.Matches(before.Digest) != true)
            return No(
                "chain-rewritten",
                $"The manifest names another predecessor than number {before.Sequence} as it was admitted (recording {before.Recording})."
            );
        if (facts.After is { } after && after.Previous != facts.Envelope)
            return No(
                "chain-rewritten",
                $"Number {after.Sequence} was admitted already (recording {after.Recording}), and it names another predecessor than this manifest."
            );
        return facts.Clips.FirstOrDefault(c => c.AdmittedElsewhere is not null) is { AdmittedElsewhere: { } elsewhere } clip
            ? No("clip-reused", $"Clip {clip.Stated.Number} has the id of a clip of recording {elsewhere}.")
            : null;
    }

    static Refusal? WhyNotHere(AdmissionFacts facts) =>
        Missing(facts).Count is > 0 and var count
            ? new(ClipsMissing, $"{count} of {facts.Clips.Count} clips are not uploaded yet.", RefusalKind.Conflict)
            : null;

    public static IReadOnlyList<ClipId> Missing(AdmissionFacts facts) =>
        [.. facts.Clips.Where(c => c.Arrived is null).Select(c => c.Stated.Id)];

    static Refusal? WhyNotAsSigned(IReadOnlyList<ClipFacts> clips)
    {
        foreach (var (stated, _, arrived) in clips)
        {
            if (arrived!.LengthBytes != stated.SealedLengthBytes)
                return No(
                    "clip-length-differs",
                    $"Clip {stated.Number} arrived with {arrived.LengthBytes} bytes; the camera signed {stated.SealedLengthBytes}."
                );
            if (!stated.SealedDigest.Matches(arrived.Digest))
                return No(
                    "clip-digest-differs",
                    $"Clip {stated.Number} is not the one that the camera signed: its digest differs."
                );
            if (arrived.WhyNotOpened is { } why)
                return No("clip-key-wrong", $"Clip {stated.Number} cannot be opened with the key that came with it: {why}");
        }
        return null;
    }

    /// <summary>A manifest that it names and that was never admitted: reported, not smoothed over.</summary>
    public static Digest? GapBefore(AdmissionFacts facts) =>
        facts is { Before: null, Manifest.Previous: { } previous } ? previous.Stated : null;

    static Refusal No(string code, string sentence) => new(code, sentence, RefusalKind.Rejected);
}
