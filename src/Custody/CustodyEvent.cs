using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lapel.Custody;

/// <summary>
/// One fact about custody: what happened. Who and when are in the <see cref="LogEntry"/> around it.
/// This file is the dictionary of the custody log: a kind that is not here cannot be logged.
/// Kinds are never renamed and never lose a field, since old entries must read the same for ever.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
// the agency and its people
[JsonDerivedType(typeof(AgencyFounded), "agency.founded")]
[JsonDerivedType(typeof(UnitChanged), "unit.changed")]
[JsonDerivedType(typeof(OfficerChanged), "officer.changed")]
[JsonDerivedType(typeof(MembershipChanged), "membership.changed")]
[JsonDerivedType(typeof(AccountChanged), "account.changed")]
[JsonDerivedType(typeof(PermissionsChanged), "permissions.changed")]
[JsonDerivedType(typeof(AccessGranted), "access.granted")]
[JsonDerivedType(typeof(AccessRevoked), "access.revoked")]
[JsonDerivedType(typeof(SignedIn), "account.signed-in")]
[JsonDerivedType(typeof(SignInRefused), "account.sign-in-refused")]
[JsonDerivedType(typeof(SignedOut), "account.signed-out")]
// cameras
[JsonDerivedType(typeof(CameraExpected), "camera.expected")]
[JsonDerivedType(typeof(CameraEnrolled), "camera.enrolled")]
[JsonDerivedType(typeof(CameraKeyRevoked), "camera.key-revoked")]
[JsonDerivedType(typeof(DockChanged), "dock.changed")]
[JsonDerivedType(typeof(CameraAssigned), "camera.assigned")]
[JsonDerivedType(typeof(CameraReturned), "camera.returned")]
// evidence
[JsonDerivedType(typeof(RecordingAdmitted), "recording.admitted")]
[JsonDerivedType(typeof(AdmissionRefused), "recording.refused")]
[JsonDerivedType(typeof(ChainGapReported), "camera.chain-gap-reported")]
[JsonDerivedType(typeof(RecordingViewed), "recording.viewed")]
[JsonDerivedType(typeof(RecordingExported), "recording.exported")]
[JsonDerivedType(typeof(RecordingVerified), "recording.verified")]
[JsonDerivedType(typeof(ContentKeyDestroyed), "recording.content-key-destroyed")]
// the programme's rules and what people made of them
[JsonDerivedType(typeof(PolicyProposed), "policy.proposed")]
[JsonDerivedType(typeof(PolicyApproved), "policy.approved")]
[JsonDerivedType(typeof(PolicyAdopted), "policy.adopted")]
[JsonDerivedType(typeof(PolicyWithdrawn), "policy.withdrawn")]
[JsonDerivedType(typeof(DispatchImported), "dispatch.imported")]
[JsonDerivedType(typeof(IncidentChanged), "dispatch.incident-changed")]
[JsonDerivedType(typeof(DispatchClockSet), "dispatch.clock-set")]
[JsonDerivedType(typeof(ExemptionGranted), "exemption.granted")]
[JsonDerivedType(typeof(ExemptionEnded), "exemption.ended")]
[JsonDerivedType(typeof(FaultReported), "fault.reported")]
[JsonDerivedType(typeof(FaultMended), "fault.mended")]
[JsonDerivedType(typeof(RecordingTagged), "recording.tagged")]
[JsonDerivedType(typeof(OfficerAsked), "finding.officer-asked")]
[JsonDerivedType(typeof(FindingsSeen), "finding.seen")]
[JsonDerivedType(typeof(FindingExplained), "finding.explained")]
[JsonDerivedType(typeof(FindingReviewed), "finding.reviewed")]
[JsonDerivedType(typeof(CaseOpened), "case.opened")]
[JsonDerivedType(typeof(CaseOpenedByHand), "case.opened-by-hand")]
[JsonDerivedType(typeof(CaseReplied), "case.replied")]
[JsonDerivedType(typeof(FindingReviewedAgain), "finding.reviewed-again")]
[JsonDerivedType(typeof(CaseEvidenceAdded), "case.evidence-added")]
[JsonDerivedType(typeof(CaseDecided), "case.decided")]
[JsonDerivedType(typeof(AppealFiled), "case.appeal-filed")]
[JsonDerivedType(typeof(AppealDecided), "case.appeal-decided")]
[JsonDerivedType(typeof(OfficerCommended), "officer.commended")]
[JsonDerivedType(typeof(ReviewFrameCommitted), "review.frame-committed")]
[JsonDerivedType(typeof(ReviewsDrawn), "review.drawn")]
[JsonDerivedType(typeof(ReviewDone), "review.done")]
[JsonDerivedType(typeof(MeasuresPublished), "measures.published")]
// live help: what was shown to whom, from when to when
[JsonDerivedType(typeof(LiveStarted), "live.started")]
[JsonDerivedType(typeof(LivePaused), "live.paused")]
[JsonDerivedType(typeof(LiveResumed), "live.resumed")]
[JsonDerivedType(typeof(LiveEnded), "live.ended")]
[JsonDerivedType(typeof(LiveKilled), "live.killed")]
[JsonDerivedType(typeof(LiveSourceGiven), "live-source.given")]
[JsonDerivedType(typeof(LiveSourceRotated), "live-source.rotated")]
[JsonDerivedType(typeof(LiveSourceRevoked), "live-source.revoked")]
[JsonDerivedType(typeof(LiveSourceResumed), "live-source.resumed")]
[JsonDerivedType(typeof(HelpAsked), "help.asked")]
[JsonDerivedType(typeof(HelpRang), "help.rang")]
[JsonDerivedType(typeof(HelpAccepted), "help.accepted")]
[JsonDerivedType(typeof(HelpWithdrawn), "help.withdrawn")]
[JsonDerivedType(typeof(ConsentNoted), "consult.consent-noted")]
[JsonDerivedType(typeof(AdviceGiven), "consult.advised")]
[JsonDerivedType(typeof(ConsultEnded), "consult.ended")]
[JsonDerivedType(typeof(LeaseGranted), "lease.granted")]
[JsonDerivedType(typeof(LeaseRenewed), "lease.renewed")]
[JsonDerivedType(typeof(LeaseEnded), "lease.ended")]
[JsonDerivedType(typeof(WatcherJoined), "watcher.joined")]
[JsonDerivedType(typeof(WatcherLeft), "watcher.left")]
[JsonDerivedType(typeof(WatchRefused), "watcher.refused")]
[JsonDerivedType(typeof(ClinicianChanged), "clinician.changed")]
[JsonDerivedType(typeof(ClinicianSignedIn), "clinician.signed-in")]
[JsonDerivedType(typeof(ClinicianRefused), "clinician.sign-in-refused")]
[JsonDerivedType(typeof(RotaChanged), "rota.changed")]
public abstract record CustodyEvent
{
    public sealed record AgencyFounded(string Agency, string Name, bool Demo, Digest EvidenceKey) : CustodyEvent;

    public sealed record UnitChanged(UnitId Unit, string Name, UnitId? Parent, string Change) : CustodyEvent;

    public sealed record OfficerChanged(OfficerId Officer, string Badge, string Name, string Change) : CustodyEvent;

    public sealed record MembershipChanged(OfficerId Officer, UnitId Unit, Instant From, Instant? Until) : CustodyEvent;

    public sealed record AccountChanged(AccountId Account, string Name, string Role, string Change) : CustodyEvent;

    public sealed record PermissionsChanged(string Role, IReadOnlyList<string> Permissions) : CustodyEvent;

    public sealed record AccessGranted(AccountId Account, RecordingId Recording, string Reason, Instant? Until) : CustodyEvent;

    public sealed record AccessRevoked(AccountId Account, RecordingId Recording, string Reason) : CustodyEvent;

    public sealed record SignedIn(AccountId Account, string Method) : CustodyEvent;

    /// <summary>The name as typed is not kept: people type passwords into name boxes.</summary>
    public sealed record SignInRefused(AccountId? Account, string Why) : CustodyEvent;

    public sealed record SignedOut(AccountId Account, string How) : CustodyEvent;

    public sealed record CameraExpected(CameraId Camera, string Serial, Instant CodeExpires) : CustodyEvent;

    public sealed record CameraEnrolled(CameraId Camera, string Serial, Digest PublicKey) : CustodyEvent;

    public sealed record CameraKeyRevoked(CameraId Camera, Digest PublicKey, string Reason) : CustodyEvent;

    public sealed record DockChanged(DockId Dock, string Name, UnitId? Unit, string Change) : CustodyEvent;

    public sealed record CameraAssigned(AssignmentId Assignment, CameraId Camera, OfficerId Officer, Instant From) : CustodyEvent;

    public sealed record CameraReturned(AssignmentId Assignment, CameraId Camera, OfficerId Officer, Instant Until)
        : CustodyEvent;

    /// <summary><paramref name="Manifest"/> is the digest of the signed manifest's envelope bytes, <paramref name="Clips"/> the
    /// digests of the sealed clips in their order.</summary>
    public sealed record RecordingAdmitted(
        RecordingId Recording,
        CameraId Camera,
        OfficerId? Officer,
        Digest Manifest,
        IReadOnlyList<Digest> Clips
    ) : CustodyEvent;

    /// <summary>The bytes were kept in quarantine. <paramref name="Code"/> is stable, <paramref name="Why"/> is for people.</summary>
    public sealed record AdmissionRefused(
        RecordingId? Recording,
        CameraId Camera,
        string Code,
        string Why,
        Digest Manifest,
        IReadOnlyList<Digest> Clips
    ) : CustodyEvent;

    /// <summary>A manifest names a predecessor that Lapel has never admitted.</summary>
    public sealed record ChainGapReported(CameraId Camera, RecordingId After, Digest MissingManifest) : CustodyEvent;

    public sealed record RecordingViewed(RecordingId Recording, ViewingId Viewing, string What, string? Purpose) : CustodyEvent;

    public sealed record RecordingExported(RecordingId Recording, string What, string? Purpose) : CustodyEvent;

    public sealed record RecordingVerified(RecordingId Recording, bool Intact, string? FirstBrokenLink) : CustodyEvent;

    public sealed record ContentKeyDestroyed(RecordingId Recording, Digest Clip, string Reason) : CustodyEvent;

    /// <summary><paramref name="Text"/> is the digest of the policy's text; it cannot change from here on.</summary>
    public sealed record PolicyProposed(PolicyVersionId Version, string Name, Digest Text, Instant EffectiveFrom, string Note)
        : CustodyEvent;

    public sealed record PolicyApproved(PolicyVersionId Version, Digest Text) : CustodyEvent;

    public sealed record PolicyAdopted(PolicyVersionId Version, int Number, Digest Text, Instant EffectiveFrom) : CustodyEvent;

    public sealed record PolicyWithdrawn(PolicyVersionId Version, string Reason) : CustodyEvent;

    /// <summary>A file or message of the dispatch system was read. <paramref name="Content"/> is the digest of its bytes.</summary>
    public sealed record DispatchImported(ImportId Import, string Layout, Digest Content, int Rows, int Bad) : CustodyEvent;

    /// <summary>By hand: entered, corrected, merged, or a bad row mended.</summary>
    public sealed record IncidentChanged(IncidentId Incident, string Number, string Change, string? Reason) : CustodyEvent;

    public sealed record DispatchClockSet(long OffsetMs, Instant From, string Reason) : CustodyEvent;

    public sealed record ExemptionGranted(
        ExemptionId Exemption,
        OfficerId? Officer,
        UnitId? Unit,
        Instant From,
        Instant Until,
        string Reason
    ) : CustodyEvent;

    public sealed record ExemptionEnded(ExemptionId Exemption, Instant Until, string Reason) : CustodyEvent;

    public sealed record FaultReported(FaultId Fault, OfficerId Officer, Instant From, string What) : CustodyEvent;

    public sealed record FaultMended(FaultId Fault, Instant Until) : CustodyEvent;

    public sealed record RecordingTagged(RecordingId Recording, string CaseNumber, string Category) : CustodyEvent;

    /// <summary>These findings stand on the officer's page from now on, and the days to explain them begin.</summary>
    public sealed record OfficerAsked(OfficerId Officer, IReadOnlyList<FindingId> Findings) : CustodyEvent;

    /// <summary>The officer opened a page that shows these for the first time.</summary>
    public sealed record FindingsSeen(OfficerId Officer, IReadOnlyList<FindingId> Findings) : CustodyEvent;

    /// <summary>The officer's account of it. <paramref name="Text"/> is the digest of what they wrote; the words are in the records.</summary>
    public sealed record FindingExplained(FindingId Finding, string Reason, Digest Text) : CustodyEvent;

    public sealed record FindingReviewed(FindingId Finding, string Outcome, string Reason) : CustodyEvent;

    public sealed record CaseOpened(CaseId Case, FindingId Finding, string Breach) : CustodyEvent;

    /// <summary>After a complaint or at a board's request: no finding is behind it. <paramref name="Event"/> says what it is about.</summary>
    public sealed record CaseOpenedByHand(
        CaseId Case,
        OfficerId Officer,
        string Origin,
        string Breach,
        string Event,
        string Reason
    ) : CustodyEvent;

    /// <summary>The officer whom a case is about said something to it.</summary>
    public sealed record CaseReplied(CaseId Case, string Text) : CustodyEvent;

    /// <summary>A second review took the place of the first, which is kept. <paramref name="Before"/> is what that had come to.</summary>
    public sealed record FindingReviewedAgain(FindingId Finding, string Outcome, string Before, string Ground, string Reason)
        : CustodyEvent;

    public sealed record CaseEvidenceAdded(CaseId Case, string What, RecordingId? Recording) : CustodyEvent;

    /// <summary><paramref name="Departure"/> is why a penalty is below the policy's floor; none when it is not.</summary>
    public sealed record CaseDecided(
        CaseId Case,
        string Outcome,
        int PenaltyDays,
        int FloorDays,
        string Reason,
        string? Departure
    ) : CustodyEvent;

    public sealed record AppealFiled(CaseId Case, string Ground) : CustodyEvent;

    public sealed record AppealDecided(CaseId Case, string Outcome, string Reason) : CustodyEvent;

    public sealed record OfficerCommended(OfficerId Officer, RecordingId? Recording, string Text) : CustodyEvent;

    /// <summary>
    /// The list that reviews will be drawn from stands, before anybody can know the seed: <paramref name="Frame"/> is its digest, the
    /// log's head with this entry as its last will be the seed.
    /// </summary>
    public sealed record ReviewFrameCommitted(
        DrawId Draw,
        UnitId? Unit,
        Instant From,
        Instant Until,
        Digest Frame,
        int FrameLength,
        int Wanted
    ) : CustodyEvent;

    /// <summary>
    /// A draw that anybody can redo: <paramref name="Checkpoint"/> is the size of the custody log whose signed head is the seed,
    /// <paramref name="Frame"/> the digest of the list that was drawn from.
    /// </summary>
    public sealed record ReviewsDrawn(DrawId Draw, long Checkpoint, Digest Frame, int FrameLength, int Drawn) : CustodyEvent;

    public sealed record ReviewDone(DrawId Draw, AttendanceId Attendance, int WatchedSeconds) : CustodyEvent;

    public sealed record MeasuresPublished(string Month, string Method, Digest Content) : CustodyEvent;

    /// <summary>A camera that records began to show it live. Nothing of it is kept here: the docked recording is the evidence.</summary>
    public sealed record LiveStarted(LiveSessionId Session, CameraId Camera, OfficerId? Officer, RecordingId Recording)
        : CustodyEvent;

    /// <summary>Nothing is shown from here: <paramref name="Why"/> is stream-stopped, stream-muted or stream-averted.</summary>
    public sealed record LivePaused(LiveSessionId Session, string Why) : CustodyEvent;

    public sealed record LiveResumed(LiveSessionId Session) : CustodyEvent;

    public sealed record LiveEnded(LiveSessionId Session, string Why) : CustodyEvent;

    /// <summary>A person ended every stream of the event. <paramref name="SeriousIncident"/>: what the gateway held was frozen.</summary>
    public sealed record LiveKilled(LiveSessionId Session, string Reason, bool SeriousIncident) : CustodyEvent;

    /// <summary>
    /// A camera that is not ours may stream: <paramref name="Protocol"/> is srt or rtsp. The actor declares with it that the camera records by
    /// itself whenever it streams.
    /// </summary>
    public sealed record LiveSourceGiven(CameraId Camera, string Protocol) : CustodyEvent;

    /// <summary>It has another passphrase or key from now on.</summary>
    public sealed record LiveSourceRotated(CameraId Camera) : CustodyEvent;

    public sealed record LiveSourceRevoked(CameraId Camera, string Reason) : CustodyEvent;

    /// <summary>After a stream of it was ended for everybody it may be shown again.</summary>
    public sealed record LiveSourceResumed(CameraId Camera) : CustodyEvent;

    /// <summary>The officer pressed. <paramref name="Why"/> is a code of the live policy.</summary>
    public sealed record HelpAsked(ConsultId Consult, LiveSessionId? Session, OfficerId Officer, string Why) : CustodyEvent;

    /// <summary>None of <paramref name="Clinician"/>: the operations centre was alerted, since nobody on the rota had answered.</summary>
    public sealed record HelpRang(ConsultId Consult, ClinicianId? Clinician, int Place, int AfterMs) : CustodyEvent;

    public sealed record HelpAccepted(ConsultId Consult, ClinicianId Clinician, int AfterMs) : CustodyEvent;

    public sealed record HelpWithdrawn(ConsultId Consult, string Why) : CustodyEvent;

    /// <summary>Whether the person agreed to a health professional seeing and hearing them: a code of the live policy.</summary>
    public sealed record ConsentNoted(ConsultId Consult, string Consent) : CustodyEvent;

    /// <summary><paramref name="Text"/> is the digest of the line; the words are in the records. Clinical notes are in neither.</summary>
    public sealed record AdviceGiven(ConsultId Consult, Digest Text) : CustodyEvent;

    /// <param name="LengthMs">From acceptance to the end.</param>
    /// <param name="SpeakingAfterMs">From press to the clinician's first sound; none when nothing was said.</param>
    public sealed record ConsultEnded(ConsultId Consult, string Outcome, string Consent, long LengthMs, long? SpeakingAfterMs)
        : CustodyEvent;

    /// <summary><paramref name="Holder"/> is a clinician's or an account's id, <paramref name="Reason"/> a code of the live policy.</summary>
    public sealed record LeaseGranted(
        LeaseId Lease,
        LiveSessionId Session,
        string Holder,
        string As,
        string Reason,
        Instant Until
    ) : CustodyEvent;

    public sealed record LeaseRenewed(LeaseId Lease, Instant Until) : CustodyEvent;

    public sealed record LeaseEnded(LeaseId Lease, string Why) : CustodyEvent;

    public sealed record WatcherJoined(WatchingId Watching, LeaseId Lease, LiveSessionId Session, string As) : CustodyEvent;

    /// <summary>Glass-to-glass delay over the watching, milliseconds; none when it could not be measured.</summary>
    public sealed record WatcherLeft(WatchingId Watching, LiveSessionId Session, long WatchedMs, int? DelayP50Ms, int? DelayP95Ms)
        : CustodyEvent;

    /// <summary>Somebody tried to watch and was not let.</summary>
    public sealed record WatchRefused(LiveSessionId Session, string Code) : CustodyEvent;

    public sealed record ClinicianChanged(ClinicianId Clinician, string Name, string Change) : CustodyEvent;

    public sealed record ClinicianSignedIn(ClinicianId Clinician) : CustodyEvent;

    public sealed record ClinicianRefused(ClinicianId? Clinician, string Why) : CustodyEvent;

    public sealed record RotaChanged(ShiftId Shift, ClinicianId Clinician, Instant From, Instant Until, int Place, string Change)
        : CustodyEvent;
}

/// <summary>
/// One entry of the custody log. Its bytes are this record as JSON; the Merkle leaf is the RFC 6962 leaf hash of exactly those
/// bytes, so they are stored as written and never serialised again. The salt (16 random bytes, base64) makes a published leaf hash
/// say nothing about the fact behind it. See docs/formats/custody-log.md.
/// </summary>
public sealed record LogEntry(int V, string Salt, Instant At, Actor Actor, CustodyEvent Event)
{
    public const int SaltLengthBytes = 16;

    public static LogEntry Of(CustodyEvent fact, Actor actor, Instant at) =>
        new(1, Convert.ToBase64String(RandomNumberGenerator.GetBytes(SaltLengthBytes)), at, actor, fact);

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, LapelJson.Strict);

    /// <exception cref="JsonException">The bytes are not an entry this version understands.</exception>
    public static LogEntry Read(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<LogEntry>(bytes, LapelJson.Strict) ?? throw new JsonException("an entry is not null");
}

/// <summary>Looks a fact's kind up in the dictionary above.</summary>
public static class CustodyEvents
{
    static readonly Dictionary<Type, string> Kinds = typeof(CustodyEvent)
        .GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false)
        .Cast<JsonDerivedTypeAttribute>()
        .ToDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);

    public static IReadOnlyCollection<string> AllKinds => Kinds.Values;

    public static string KindOf(CustodyEvent fact) => Kinds[fact.GetType()];
}
