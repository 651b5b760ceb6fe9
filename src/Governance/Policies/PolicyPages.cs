using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>The policy for people. Everything works without a script.</summary>
static class PolicyPages
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton(new NavItem("Policy", "policy", "shield", 40, null, "Programme"));
        services.AddSingleton(
            new NavItem("Policy versions", "policies", "list", 42, Words<Permission>.Of(Permission.SeePolicies), "Programme")
        );
        Done.Add("policy-drafted", "The draft was made. Write, check, and propose it when nothing is wrong any more.");
        Done.Add("policy-saved", "The draft was saved.");
        Done.Add("policy-proposed", "It is proposed. Its text is fixed now, and it waits for two people's approval.");
        Done.Add("policy-approved", "You stand for this text. It is adopted when a second person does too.");
        Done.Add("policy-adopted", "Two people stand for it: it is adopted.");
        Done.Add("policy-withdrawn", "It is withdrawn.");
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/policy", InForce).NeedsSignIn().ExcludeFromDescription();
        app.MapGet("/policies", List).Needs(Permission.SeePolicies).ExcludeFromDescription();
        app.MapGet("/policies/new", New).Needs(Permission.EditPolicies).ExcludeFromDescription();
        app.MapGet("/policies/{version}", Show).Needs(Permission.SeePolicies).ExcludeFromDescription();
        app.MapGet("/policies/{version}/rules", Rules).Needs(Permission.SeePolicies).ExcludeFromDescription();
        app.MapGet("/policies/{version}/diff", Diff).Needs(Permission.SeePolicies).ExcludeFromDescription();
        app.MapForm("/policies/new", Make).Needs(Permission.EditPolicies);
        app.MapForm("/policies/{version}/text", Save).Needs(Permission.EditPolicies);
        app.MapForm("/policies/{version}/propose", Propose).Needs(Permission.EditPolicies);
        app.MapForm("/policies/{version}/approve", Approve).Needs(Permission.ApprovePolicies);
        app.MapForm("/policies/{version}/withdraw", Withdraw).Needs(Permission.EditPolicies);
    }

    static async Task<IResult> InForce([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var now = desk.Now;
        var all = await Policies.AllInForce(reading, stop);
        var held = Policies.At(all, now);
        return Page.Of<PolicyPage>(
            new
            {
                Viewer = desk.Viewer,
                Held = held,
                Next = all.FirstOrDefault(p => p.From > now),
                Version = held is null ? null : await Policies.FindByNumber(reading, held.Number, stop),
            }
        );
    }

    static async Task<IResult> List([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<PoliciesPage>(
            new
            {
                Viewer = desk.Viewer,
                Entries = await Policies.All(reading, stop),
                Held = await Policies.InForce(reading, desk.Now, stop),
            }
        );
    }

    static async Task<IResult> New([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<NewPolicyPage>(new { Entries = await Policies.All(reading, stop) });
    }

    static Task<IResult> Show(PolicyVersionId version, [AsParameters] Desk desk, CancellationToken stop) =>
        ShowPage(version, desk, null, null, stop);

    static async Task<IResult> ShowPage(PolicyVersionId version, Desk desk, Form? typed, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var view = await PolicyView.Of(reading, version, stop);
        // What was typed and refused is shown with its own troubles, so that nothing written is lost.
        var text =
            trouble is not null && typed?.Raw("text") is { Length: > 0 } sent ? PolicyText.Tidied(sent) : view.Version.Text;
        var all = await Policies.AllInForce(reading, stop);
        return Page.Of<PolicyVersionPage>(
            new
            {
                Viewer = desk.Viewer,
                View = view with
                {
                    Troubles = text == view.Version.Text ? view.Troubles : PolicyText.WhyNotValid(text),
                },
                Text = text,
                Until = all.FirstOrDefault(p => p.Number == view.Version.Number)?.Until,
                Held = Policies.At(all, desk.Now),
                Tomorrow = Span.OfDay(Span.DayOf(desk.Now, desk.Agency.Profile), desk.Agency.Profile).Until!.Value,
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static async Task<IResult> Rules(PolicyVersionId version, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return Page.Of<PolicyRulesPage>(new { View = await PolicyView.Of(reading, version, stop) });
    }

    /// <summary>Against the version asked for; when none is, see <see cref="Comparison.Other"/>, and then any.</summary>
    static async Task<IResult> Diff(PolicyVersionId version, string? against, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var view = await PolicyView.Of(reading, version, stop);
        var entries = (await Policies.All(reading, stop)).Where(e => e.Id != version).ToList();
        var other = PolicyVersionId.TryParse(against, null, out var asked)
            ? asked
            : (await Comparison.Other(reading, version, desk.Now, stop) ?? entries.FirstOrDefault()?.Id);
        return Page.Of<PolicyDiffPage>(
            new
            {
                Version = view.Version,
                Approvals = view.Approvals.Count,
                Entries = entries,
                Comparison = other is { } found ? await Comparison.Of(reading, version, found, stop) : null,
            }
        );
    }

    static Task<IResult> Make(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                var version = await PolicyRoutes.Begin(new(form.Text("from")), desk, stop);
                return desk.To($"policies/{version.Id}", "policy-drafted");
            },
            async refusal =>
            {
                await using var reading = await desk.Records.Read(stop);
                return Page.Of<NewPolicyPage>(
                    new { Entries = await Policies.All(reading, stop), Trouble = refusal },
                    Forms.StatusOf(refusal)
                );
            }
        );

    static Task<IResult> Save(PolicyVersionId version, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await PolicyRoutes.Edit(version, new(form.Raw("text"), Seen(form)), desk, stop);
                return desk.To($"policies/{version}", "policy-saved");
            },
            refusal => ShowPage(version, desk, form, refusal, stop)
        );

    static Task<IResult> Propose(PolicyVersionId version, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                var from = AsOf.WallTime(form.Text("from"), desk.Agency.Profile) ?? throw new RefusedException(FromMissing);
                await PolicyRoutes.Propose(version, new(Seen(form), from, form.Text("note")), desk, stop);
                return desk.To($"policies/{version}", "policy-proposed");
            },
            refusal => ShowPage(version, desk, form, refusal, stop)
        );

    static Task<IResult> Approve(PolicyVersionId version, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
                var now = await Policies.Approve(work, version, Seen(form), stop);
                await work.Commit(stop);
                return desk.To($"policies/{version}", now.State == PolicyState.Adopted ? "policy-adopted" : "policy-approved");
            },
            refusal => ShowPage(version, desk, form, refusal, stop)
        );

    static Task<IResult> Withdraw(PolicyVersionId version, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await PolicyRoutes.Withdraw(version, new(form.Text("reason")), desk, stop);
                return desk.To($"policies/{version}", "policy-withdrawn");
            },
            refusal => ShowPage(version, desk, form, refusal, stop)
        );

    static Digest Seen(Form form) =>
        Digest.TryParse(form.Text("seen"), out var seen) ? seen : throw new RefusedException(SeenMissing);

    static readonly Refusal SeenMissing = new("digest-unreadable", "A digest is written sha256: and 64 hex digits.");

    static readonly Refusal FromMissing = new("policy-date-missing", "Say from when on it takes effect.");
}
