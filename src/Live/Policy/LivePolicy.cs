using System.Text.Json;

namespace Lapel.Live;

/// <summary>
/// The live policy as data: who may watch and why, how long leases last, how the rota rings, and every word list. Read once when the
/// agency is opened, from the agency's own live.jsonc or else from the one built in.
/// </summary>
public sealed record LivePolicy(
    string Name,
    int LeaseMinutes,
    int RenewalMinutes,
    int RenewableInLastMinutes,
    int WarnMinutes,
    int RingSeconds,
    int AlertSeconds,
    int TargetSeconds,
    int SilenceSeconds,
    IReadOnlyList<string> ExcludedPlaces,
    IReadOnlyList<string> RefusalReasons,
    IReadOnlyDictionary<string, WatcherRule> Watchers,
    IReadOnlyDictionary<string, string> Reasons,
    IReadOnlyDictionary<string, string> HelpReasons,
    IReadOnlyDictionary<string, string> Consents,
    IReadOnlyList<string> ConsentsThatEnd,
    IReadOnlyList<Outcome> Outcomes,
    string Notice,
    string NoticeBefore,
    IReadOnlyList<string> SafetyCard,
    IReadOnlyList<Phrasebook> Phrases,
    string? WebHook,
    MapTiles? Tiles,
    PushPolicy? Push
)
{
    public const string FileName = "live.jsonc";
    public const string NotAsked = "not-asked";
    public const string CutOff = "cut-off";

    /// <summary>The reason of a clinician's lease.</summary>
    public const string ForConsult = "consult";

    public Duration Lease => Duration.FromMinutes(LeaseMinutes);
    public Duration Renewal => Duration.FromMinutes(RenewalMinutes);
    public Duration RenewableInLast => Duration.FromMinutes(RenewableInLastMinutes);
    public Duration Warn => Duration.FromMinutes(WarnMinutes);
    public Duration Ring => Duration.FromSeconds(RingSeconds);
    public Duration Alert => Duration.FromSeconds(AlertSeconds);
    public Duration Silence => Duration.FromSeconds(SilenceSeconds);

    public Outcome? OutcomeOf(string? code) => Outcomes.FirstOrDefault(o => o.Code == code);

    /// <summary>What the officer says aloud; with the health professional's name and title once one has joined.</summary>
    public string NoticeFor(Clinician? clinician) =>
        clinician is null
            ? NoticeBefore
            : Notice
                .Replace("{name}", clinician.Name, StringComparison.Ordinal)
                .Replace("{title}", clinician.Title, StringComparison.Ordinal);

    /// <exception cref="InvalidDataException">The file is not a live policy; the message says what is wrong with it.</exception>
    public static LivePolicy Of(AgencyFolder folder)
    {
        var own = Path.Combine(folder.Root, FileName);
        using var file = File.Exists(own)
            ? File.OpenRead(own)
            : typeof(LivePolicy).Assembly.GetManifestResourceStream("Lapel.Live.live.jsonc")!;
        return Read(file);
    }

    public static LivePolicy Read(Stream file)
    {
        var dialect = new JsonSerializerOptions(LapelJson.Strict)
        {
            ReadCommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        };
        try
        {
            var policy =
                JsonSerializer.Deserialize<LivePolicy>(file, dialect)
                ?? throw new InvalidDataException("The live policy is null.");
            return policy.WhatIsWrong() is { } wrong ? throw new InvalidDataException($"The live policy: {wrong}") : policy;
        }
        catch (JsonException unreadable)
        {
            throw new InvalidDataException($"The live policy cannot be read: {unreadable.Message}", unreadable);
        }
    }

    string? WhatIsWrong() =>
        LeaseMinutes is < 1 or > 240 ? "leaseMinutes is between 1 and 240."
        : RenewalMinutes is < 1 or > 120 ? "renewalMinutes is between 1 and 120."
        : RingSeconds is < 1 or > 300 ? "ringSeconds is between 1 and 300."
        : SilenceSeconds is < 10 or > 300 ? "silenceSeconds is between 10 and 300."
        : Outcomes.Count == 0 || OutcomeOf(CutOff) is null ? $"outcomes must have {CutOff} among them."
        : !Consents.ContainsKey(NotAsked) ? $"consents must have {NotAsked} among them."
        : HelpReasons.Count == 0 ? "helpReasons has at least one."
        : Watchers.Keys.FirstOrDefault(r => !Words<Role>.TryParse(r, out _)) is { } unknown ? $"'{unknown}' is no role."
        : Watchers.Values.SelectMany(w => w.Reasons).FirstOrDefault(r => !Reasons.ContainsKey(r)) is { } mute
            ? $"the reason '{mute}' has no words."
        : WebHook is not null && !(Uri.TryCreate(WebHook, UriKind.Absolute, out var url) && url.Scheme is "https" or "http")
            ? "webHook is an http or https address."
        : Tiles?.WhatIsWrong() ?? Push?.WhatIsWrong();
}

/// <param name="Of">unit: cameras of officers of one's own unit and those below it; agency: every camera.</param>
/// <param name="Reasons">One of these must be given.</param>
public sealed record WatcherRule(string Of, IReadOnlyList<string> Reasons);

/// <param name="Resolved">Counts as resolved on scene.</param>
/// <param name="Transport">avoided, voluntary, apprehension, other, or none when the question did not arise.</param>
public sealed record Outcome(string Code, string Words, bool Resolved, string Transport);

/// <summary>Short sentences to show or read out in the person's language.</summary>
public sealed record Phrasebook(string Language, string Code, IReadOnlyList<string> Phrases);
