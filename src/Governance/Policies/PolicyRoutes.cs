using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>The policy for programs. Its pages do the same through the same functions.</summary>
static class PolicyRoutes
{
    /// <param name="From">A shipped text's name or a version's id; none when <paramref name="Text"/> is given.</param>
    public sealed record AskDraft(string? From = null, string? Text = null);

    /// <param name="Seen">Digest of the text one began from.</param>
    public sealed record AskText(string Text, Digest Seen);

    public sealed record AskCheck(string Text);

    public sealed record AskPropose(Digest Seen, Instant EffectiveFrom, string Note);

    /// <param name="Seen">Digest of the text one read and stands for.</param>
    public sealed record AskApprove(Digest Seen);

    public sealed record AskWithdraw(string Reason);

    /// <summary>What holds, as read and as written.</summary>
    public sealed record Held(
        int Number,
        PolicyVersionId Version,
        Digest Digest,
        Instant From,
        Instant? Until,
        Policy Policy,
        string Text
    );

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/policy", InForce).NeedsSignIn();
        api.MapGet("/policies", All).Needs(Permission.SeePolicies);
        api.MapPost("/policies", Draft).Needs(Permission.EditPolicies);
        api.MapGet("/policies/shipped", () => ShippedPolicy.All).Needs(Permission.SeePolicies);
        api.MapGet("/policies/shipped/{name}", Shipped).Needs(Permission.SeePolicies);
        api.MapGet("/policies/schema", () => Results.Text(ShippedPolicy.ReadSchema(), "application/schema+json")).NeedsSignIn();
        api.MapPost("/policies/check", Check).Needs(Permission.EditPolicies);
        api.MapGet("/policies/{version}", One).Needs(Permission.SeePolicies);
        api.MapPut("/policies/{version}/text", Edit).Needs(Permission.EditPolicies);
        api.MapPost("/policies/{version}/propose", Propose).Needs(Permission.EditPolicies);
        api.MapPost("/policies/{version}/approve", Approve).Needs(Permission.ApprovePolicies);
        api.MapPost("/policies/{version}/withdraw", Withdraw).Needs(Permission.EditPolicies);
        api.MapGet("/policies/{version}/diff", Diff).Needs(Permission.SeePolicies);
    }

    static async Task<IResult> InForce(string? at, [AsParameters] Desk desk, CancellationToken stop)
    {
        var moment = at is null ? desk.Now : Time.TryParse(at) ?? throw new RefusedException(AtUnreadable);
        await using var reading = await desk.Records.Read(stop);
        return
            await Policies.InForce(reading, moment, stop) is { } held
            && await Policies.FindByNumber(reading, held.Number, stop) is { } version
            ? TypedResults.Ok(new Held(held.Number, version.Id, version.Digest, held.From, held.Until, held.Policy, version.Text))
            : new Refused(NoneInForce);
    }

    static async Task<IResult> All(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(new Paged<PolicyEntry>(await Policies.All(reading, stop), null));
    }

    static async Task<IResult> One(PolicyVersionId version, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(await PolicyView.Of(reading, version, stop));
    }

    static IResult Shipped(string name) =>
        ShippedPolicy.Find(name) is { } shipped
            ? Results.Text(shipped.ReadText(), "application/json; charset=utf-8")
            : new Refused(ShippedNotFound);

    static IResult Check(AskCheck ask) => TypedResults.Ok(PolicyText.WhyNotValid(PolicyText.Tidied(ask.Text)));

    static async Task<IResult> Draft(AskDraft ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var version = await Begin(ask, desk, stop);
        return TypedResults.Created($"policies/{version.Id}", version);
    }

    /// <summary>A draft from what ships with Lapel, from another version, or from a text of one's own.</summary>
    public static async Task<PolicyVersion> Begin(AskDraft ask, Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var (text, basedOn) = ask.Text is { } own ? (own, "a text of one's own") : await Origin(work, ask.From ?? "", stop);
        var version = await Policies.Draft(work, text, basedOn, stop);
        await work.Commit(stop);
        return version;
    }

    static async Task<(string Text, string BasedOn)> Origin(Work work, string from, CancellationToken stop)
    {
        if (ShippedPolicy.Find(from) is { } shipped)
            return (shipped.ReadText(), shipped.Title);
        if (!PolicyVersionId.TryParse(from, null, out var id))
            throw new RefusedException(ShippedNotFound);
        var version = await Policies.Find(work, id, stop) ?? throw new RefusedException(PolicyDecisions.NotFound);
        return (version.Text, version.Number is { } number ? $"version {number}, {version.Name}" : version.Name);
    }

    public static async Task<IResult> Edit(PolicyVersionId version, AskText ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        await desk.Write(work => Policies.Edit(work, version, ask.Text, ask.Seen, stop), stop);
        return await One(version, desk.Records, stop);
    }

    public static async Task<IResult> Propose(
        PolicyVersionId version,
        AskPropose ask,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await desk.Write(work => Policies.Propose(work, version, ask.Seen, ask.EffectiveFrom, ask.Note, stop), stop);
        return await One(version, desk.Records, stop);
    }

    public static async Task<IResult> Approve(
        PolicyVersionId version,
        AskApprove ask,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await desk.Write(work => Policies.Approve(work, version, ask.Seen, stop), stop);
        return await One(version, desk.Records, stop);
    }

    public static async Task<IResult> Withdraw(
        PolicyVersionId version,
        AskWithdraw ask,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await desk.Write(work => Policies.Withdraw(work, version, ask.Reason, stop), stop);
        return await One(version, desk.Records, stop);
    }

    static async Task<IResult> Diff(
        PolicyVersionId version,
        PolicyVersionId? against,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        var other = against ?? await Comparison.Other(reading, version, desk.Now, stop);
        return other is { } found
            ? TypedResults.Ok(await Comparison.Of(reading, version, found, stop))
            : new Refused(NothingToCompare);
    }

    static readonly Refusal NothingToCompare = new(
        "policy-nothing-to-compare",
        "Name the version to compare with: against is left out, and none is in force.",
        RefusalKind.NotFound
    );

    public static readonly Refusal NoneInForce = new("no-policy", "No policy is in force then.", RefusalKind.NotFound);

    static readonly Refusal AtUnreadable = new("time-unreadable", "A time is written 2026-11-21T08:03:00Z.");

    static readonly Refusal ShippedNotFound = new(
        "policy-origin-not-found",
        "A draft begins from toronto, peel or template, or from the id of another version.",
        RefusalKind.NotFound
    );
}

/// <summary>One version with everything that was done with it.</summary>
public sealed record PolicyView(
    PolicyVersion Version,
    IReadOnlyList<PolicyTrouble> Troubles,
    IReadOnlyList<PolicyApproval> Approvals,
    IReadOnlyList<PolicyStepTaken> Steps
)
{
    /// <exception cref="RefusedException">There is no such version.</exception>
    public static async Task<PolicyView> Of(Reading reading, PolicyVersionId id, CancellationToken stop)
    {
        var version = await Policies.Find(reading, id, stop) ?? throw new RefusedException(PolicyDecisions.NotFound);
        return new(
            version,
            PolicyText.WhyNotValid(version.Text),
            await Policies.ApprovalsOf(reading, id, stop),
            await Policies.StepsOf(reading, id, stop)
        );
    }
}

/// <summary>Two versions compared: by their rules when both can be read, and by their lines always.</summary>
/// <param name="Rules">None when one of the two cannot be read.</param>
public sealed record Comparison(
    PolicyVersion Before,
    PolicyVersion After,
    IReadOnlyList<RuleChange>? Rules,
    IReadOnlyList<IReadOnlyList<DiffLine>> Lines
)
{
    /// <summary>What a version is compared with when nobody says: the one before it, or for a draft the one in force.</summary>
    public static async Task<PolicyVersionId?> Other(Reading reading, PolicyVersionId id, Instant now, CancellationToken stop)
    {
        var version = await Policies.Find(reading, id, stop) ?? throw new RefusedException(PolicyDecisions.NotFound);
        var number = version.Number - 1 ?? (await Policies.InForce(reading, now, stop))?.Number;
        return number is { } found ? (await Policies.FindByNumber(reading, found, stop))?.Id : null;
    }

    /// <exception cref="RefusedException">One of the two does not exist.</exception>
    public static async Task<Comparison> Of(Reading reading, PolicyVersionId id, PolicyVersionId against, CancellationToken stop)
    {
        var after = await Policies.Find(reading, id, stop) ?? throw new RefusedException(PolicyDecisions.NotFound);
        var before = await Policies.Find(reading, against, stop) ?? throw new RefusedException(PolicyDecisions.NotFound);
        var rules =
            PolicyText.Check(before.Text).Policy is { } old && PolicyText.Check(after.Text).Policy is { } now
                ? PolicyDiff.Of(old, now)
                : null;
        return new(before, after, rules, LineDiff.Of(before.Text, after.Text));
    }
}
