namespace Lapel.Evidence;

/// <summary>
/// What a custody event says in plain words, to follow the name of who did it: "Dana Reyes <em>looked at the recording</em>".
/// Every kind has its sentence: a kind without one fails a test.
/// </summary>
public static class CustodySentences
{
    /// <param name="Title">After the actor's name, without a full stop.</param>
    /// <param name="Text">More that belongs to it: a reason, a digest.</param>
    public sealed record Sentence(string Title, string? Text = null);

    public static Sentence Of(CustodyEvent fact) =>
        fact switch
        {
            CustodyEvent.AgencyFounded e => new(
                $"founded the agency {e.Name}",
                e.Demo ? "A demo: its people are made up." : null
            ),
            CustodyEvent.UnitChanged e => new($"{Done(e.Change)} the unit {e.Name}"),
            CustodyEvent.OfficerChanged e => new($"{Done(e.Change)} officer {e.Badge}, {e.Name}"),
            CustodyEvent.MembershipChanged e => new("changed which unit an officer belongs to", Dates(e.From, e.Until)),
            CustodyEvent.AccountChanged e => new($"{Done(e.Change)} the account {e.Name}", $"Role: {e.Role}."),
            CustodyEvent.PermissionsChanged e => new(
                $"changed what the role {e.Role} may do",
                e.Permissions.Count == 0 ? "Nothing." : $"Now: {string.Join(", ", e.Permissions)}."
            ),
            CustodyEvent.AccessGranted e => new("let a colleague see this recording", Reasoned(e.Reason, e.Until)),
            CustodyEvent.AccessRevoked e => new("took back a colleague's access to this recording", $"Reason: {e.Reason}"),
            CustodyEvent.SignedIn e => new($"signed in ({e.Method})"),
            CustodyEvent.SignInRefused e => new("was refused at sign-in", e.Why),
            CustodyEvent.SignedOut e => new($"signed out ({e.How})"),
            CustodyEvent.CameraExpected e => new($"expected the camera {e.Serial} and gave out its enrolment code"),
            CustodyEvent.CameraEnrolled e => new($"enrolled the camera {e.Serial}", $"Its public key is {e.PublicKey}."),
            CustodyEvent.CameraKeyRevoked e => new("revoked a camera's key", $"Reason: {e.Reason}"),
            CustodyEvent.DockChanged e => new($"{Done(e.Change)} the dock {e.Name}"),
            CustodyEvent.CameraAssigned => new("handed out a camera"),
            CustodyEvent.CameraReturned => new("took a camera back"),
            CustodyEvent.RecordingAdmitted e => new(
                e.Clips.Count == 1
                    ? "delivered the recording: one sealed clip"
                    : $"delivered the recording: {e.Clips.Count} sealed clips",
                "Signature, chain and digests were compared and it was admitted into evidence."
            ),
            CustodyEvent.AdmissionRefused e => new("delivered a recording that was refused and quarantined", e.Why),
            CustodyEvent.ChainGapReported => new(
                "skipped a recording",
                "The manifest before this one was never received. The gap is on record."
            ),
            CustodyEvent.RecordingViewed e => new(
                e.What switch
                {
                    Viewings.Page => "opened the recording's page",
                    Viewings.Played => "played the recording",
                    _ => $"looked at the recording ({e.What})",
                },
                Purpose(e.Purpose)
            ),
            CustodyEvent.RecordingExported e => new($"exported the recording ({e.What})", Purpose(e.Purpose)),
            CustodyEvent.RecordingVerified e => e.Intact
                ? new("had the recording verified: every check passed")
                : new("had the recording verified: it is not intact", $"First broken link: {e.FirstBrokenLink}."),
            CustodyEvent.ContentKeyDestroyed e => new(
                "destroyed a clip's key: it can never be played again",
                $"Reason: {e.Reason}"
            ),
            _ => OfTheProgramme(fact),
        };

    // What people made of the programme's rules.
    static Sentence OfTheProgramme(CustodyEvent fact) =>
        fact switch
        {
            CustodyEvent.PolicyProposed e => new(
                $"proposed the policy {e.Name}, to hold from {e.EffectiveFrom.ToText()}",
                $"Reason: {e.Note}"
            ),
            CustodyEvent.PolicyApproved e => new("approved a proposed policy", $"Digest of its text: {e.Text}."),
            CustodyEvent.PolicyAdopted e => new(
                $"put version {e.Number} of the policy into force from {e.EffectiveFrom.ToText()}",
                $"Digest of its text: {e.Text}."
            ),
            CustodyEvent.PolicyWithdrawn e => new("withdrew a proposed policy", $"Reason: {e.Reason}"),
            CustodyEvent.DispatchImported e => new(
                $"brought in {e.Rows} rows of dispatch ({e.Layout})",
                e.Bad == 0 ? null : $"{e.Bad} of them could not be read and wait to be mended."
            ),
            CustodyEvent.IncidentChanged e => new($"{Done(e.Change)} the incident {e.Number}", e.Reason),
            CustodyEvent.DispatchClockSet e => new(
                $"set the clock of dispatch to be {e.OffsetMs} ms ahead from {e.From.ToText()}",
                $"Reason: {e.Reason}"
            ),
            CustodyEvent.ExemptionGranted e => new("granted an exemption from recording", Reasoned(e.Reason, e.Until)),
            CustodyEvent.ExemptionEnded e => new("ended an exemption from recording", Reasoned(e.Reason, e.Until)),
            CustodyEvent.FaultReported e => new("reported a camera's fault", e.What),
            CustodyEvent.FaultMended e => new($"said that a camera works again from {e.Until.ToText()}"),
            CustodyEvent.RecordingTagged e => new($"tagged the recording: case {e.CaseNumber}, {e.Category}"),
            CustodyEvent.OfficerAsked e => new($"asked an officer to explain {Findings(e.Findings.Count)}"),
            CustodyEvent.FindingsSeen e => new($"saw {Findings(e.Findings.Count)} about themselves for the first time"),
            CustodyEvent.FindingExplained e => new("explained a finding", $"Reason given: {e.Reason}."),
            CustodyEvent.FindingReviewed e => new($"reviewed a finding: {e.Outcome}", $"Reason: {e.Reason}"),
            CustodyEvent.CaseOpened e => new("opened a case of professional standards", $"Class of breach: {e.Breach}."),
            CustodyEvent.CaseOpenedByHand e => new(
                $"opened a case of professional standards by hand ({e.Origin.Replace('-', ' ')})",
                $"About {e.Event}. Class of breach: {e.Breach}. Reason: {e.Reason}"
            ),
            CustodyEvent.CaseReplied e => new("replied to a case about themselves", e.Text),
            CustodyEvent.FindingReviewedAgain e => new(
                $"reviewed a finding a second time: {e.Outcome.Replace('-', ' ')}, before {e.Before.Replace('-', ' ')}",
                $"Ground: {e.Ground.Replace('-', ' ')}. Reason: {e.Reason}"
            ),
            CustodyEvent.CaseEvidenceAdded e => new("added evidence to a case", e.What),
            CustodyEvent.CaseDecided e => new(
                $"decided a case: {e.Outcome}, {e.PenaltyDays} days' suspension (floor {e.FloorDays})",
                e.Departure is null ? $"Reason: {e.Reason}" : $"Reason: {e.Reason} Below the floor because: {e.Departure}"
            ),
            CustodyEvent.AppealFiled e => new("filed an appeal against a decision", $"Ground: {e.Ground}"),
            CustodyEvent.AppealDecided e => new($"decided an appeal: {e.Outcome}", $"Reason: {e.Reason}"),
            CustodyEvent.OfficerCommended e => new("commended an officer", e.Text),
            CustodyEvent.ReviewFrameCommitted e => new(
                $"fixed a list of {e.FrameLength} required recordings, to draw {e.Wanted} of them for review",
                $"Digest of the list: {e.Frame}."
            ),
            CustodyEvent.ReviewsDrawn e => new(
                $"drew {e.Drawn} of {e.FrameLength} required recordings for review",
                $"Seeded by the log's head at {e.Checkpoint} entries; digest of the list: {e.Frame}."
            ),
            CustodyEvent.ReviewDone e => new("did a drawn review", $"Watched for {e.WatchedSeconds} seconds."),
            CustodyEvent.MeasuresPublished e => new(
                $"published the measures of {e.Month} by method {e.Method}",
                $"Digest of the open data: {e.Content}."
            ),
            _ => OfLiveHelp(fact),
        };

    // What was shown to whom while it happened.
    static Sentence OfLiveHelp(CustodyEvent fact) =>
        fact switch
        {
            CustodyEvent.LiveStarted => new("began to show the recording live", "Nothing of the stream is kept."),
            CustodyEvent.LivePaused e => new("paused the live picture and sound", e.Why),
            CustodyEvent.LiveResumed => new("showed the recording live again"),
            CustodyEvent.LiveEnded e => new("ended the live stream", e.Why),
            CustodyEvent.LiveKilled e => new(
                e.SeriousIncident ? "ended every live stream of a serious incident" : "ended a live stream for everybody",
                $"Reason: {e.Reason}"
            ),
            CustodyEvent.LiveSourceGiven e => new(
                $"let a camera stream live by {e.Protocol.ToUpperInvariant()}",
                "And declared that it records by itself whenever it streams."
            ),
            CustodyEvent.LiveSourceRotated => new("gave a camera another passphrase or key to stream with"),
            CustodyEvent.LiveSourceRevoked e => new("took a camera's right to stream live", $"Reason: {e.Reason}"),
            CustodyEvent.LiveSourceResumed => new("let a camera be shown live again"),
            CustodyEvent.HelpAsked e => new("asked for a health professional", $"Why: {e.Why}."),
            CustodyEvent.HelpRang e => e.Clinician is null
                ? new("alerted the operations centre: nobody on the rota had answered", After(e.AfterMs))
                : new($"rang number {e.Place} on the rota", After(e.AfterMs)),
            CustodyEvent.HelpAccepted e => new("accepted a request for help", After(e.AfterMs)),
            CustodyEvent.HelpWithdrawn e => new("withdrew a request for help", e.Why),
            CustodyEvent.ConsentNoted e => new("noted the person's consent", e.Consent),
            CustodyEvent.AdviceGiven e => new("gave advice", $"Digest of the line: {e.Text}."),
            CustodyEvent.ConsultEnded e => new(
                $"ended a consult: {e.Outcome}",
                $"Consent: {e.Consent}. It lasted {e.LengthMs / 1000} s."
                    + (e.SpeakingAfterMs is { } ms ? $" First words {ms / 1000} s after the press." : "")
            ),
            CustodyEvent.LeaseGranted e => new($"was let watch live as {e.As}", Reasoned(e.Reason, e.Until)),
            CustodyEvent.LeaseRenewed e => new($"had the right to watch renewed until {e.Until.ToText()}"),
            CustodyEvent.LeaseEnded e => new("lost the right to watch", e.Why),
            CustodyEvent.WatcherJoined e => new($"joined the live stream as {e.As}"),
            CustodyEvent.WatcherLeft e => new(
                $"left the live stream after {e.WatchedMs / 1000} s",
                e.DelayP50Ms is { } middle ? $"Delay {middle} ms (median), {e.DelayP95Ms} ms (95th percentile)." : null
            ),
            CustodyEvent.WatchRefused e => new("tried to watch live and was refused", e.Code),
            CustodyEvent.ClinicianChanged e => new($"{Done(e.Change)} the clinician {e.Name}"),
            CustodyEvent.ClinicianSignedIn => new("signed in with a personal link and a one-time code"),
            CustodyEvent.ClinicianRefused e => new("was refused at the clinicians' sign-in", e.Why),
            CustodyEvent.RotaChanged e => new($"{Done(e.Change)} a shift of the rota, place {e.Place}", Dates(e.From, e.Until)),
            _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "A kind of custody event without words."),
        };

    static string After(long ms) => $"{ms / 1000.0:0.0} s after the press.";

    static string Findings(int count) => count == 1 ? "a finding" : $"{count} findings";

    static string Done(string change) =>
        change switch
        {
            "changed" or "renamed" or "opened" or "closed" or "disabled" or "enabled" => change,
            "entered" or "made" => "entered",
            "left" => "recorded the leaving of",
            _ => $"changed ({change})",
        };

    static string? Purpose(string? purpose) => purpose is null ? null : $"Purpose: {purpose}";

    static string Reasoned(string reason, Instant? until) =>
        until is { } end ? $"Reason: {reason} (until {end.ToText()})" : $"Reason: {reason}";

    static string Dates(Instant from, Instant? until) =>
        until is { } end ? $"From {from.ToText()} until {end.ToText()}." : $"From {from.ToText()}.";
}
