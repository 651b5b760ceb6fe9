namespace Lapel.Governance;

/// <summary>What the breach classes must hold to: nothing that follows a finding may be ambiguous, endless or milder for the repeat.</summary>
static class BreachRules
{
    public static IEnumerable<PolicyTrouble> WhyNotValid(Policy policy) =>
        [
            .. PolicyRules.Each(policy.Breaches, "$.breaches", (b, at) => OfClass(policy, b, at)),
            .. PolicyRules.Unique("$.breaches", "id", policy.Breaches.Select(b => b.Id)),
            .. InOneClass(policy.Breaches),
        ];

    static IEnumerable<PolicyTrouble> OfClass(Policy policy, BreachClass breach, string at) =>
        [
            .. PolicyRules.OfWord($"{at}.id", breach.Id),
            .. PolicyRules.OfLabel($"{at}.label", breach.Label),
            .. PolicyRules.OfSays(policy, breach.Says, at),
            .. PolicyRules.Once($"{at}.findings", breach.Findings),
            .. PolicyRules.Within($"{at}.floorDays", breach.FloorDays ?? 0, 0, 365),
            .. PolicyRules.Within($"{at}.lookBackDays", breach.LookBackDays, 0, 3650),
            .. PolicyRules.Within($"{at}.decideWithinDays", breach.DecideWithinDays, 1, 365),
            .. PolicyRules.Within($"{at}.appealWithinDays", breach.AppealWithinDays, 1, 365),
            .. PolicyRules.OfLabel($"{at}.appealTo", breach.AppealTo),
            .. Floor(breach, at),
            .. Escalation(policy.Breaches, breach, at),
        ];

    static IEnumerable<PolicyTrouble> Floor(BreachClass breach, string at)
    {
        if (breach.FloorDays > 0 && breach.Route != Route.ProfessionalStandards)
            yield return PolicyRules.At(
                $"{at}.floorDays",
                "Only professional standards can decide a suspension; take the floor out or change the route."
            );
    }

    static IEnumerable<PolicyTrouble> Escalation(IReadOnlyList<BreachClass> all, BreachClass breach, string at)
    {
        if (breach.EscalatesTo is null != breach.EscalatesAt is null)
        {
            yield return PolicyRules.At(
                at,
                "An escalation says where to and from which time on; here one of the two is missing."
            );
            yield break;
        }
        if (breach.EscalatesTo is not { } to)
            yield break;
        foreach (var trouble in PolicyRules.Within($"{at}.escalatesAt", breach.EscalatesAt!.Value, 2, 20))
            yield return trouble;
        if (breach.LookBackDays == 0)
            yield return PolicyRules.At(
                $"{at}.lookBackDays",
                "Repeats count only inside the look-back, and this class has none."
            );
        if (all.FirstOrDefault(b => b.Id == to) is not { } target)
            yield return PolicyRules.At($"{at}.escalatesTo", $"There is no breach class '{to}'.");
        else if (Circles(all, breach))
            yield return PolicyRules.At($"{at}.escalatesTo", "This escalation comes back to where it began.");
        else if (target.Route < breach.Route || (target.FloorDays ?? 0) < (breach.FloorDays ?? 0))
            yield return PolicyRules.At(
                $"{at}.escalatesTo",
                $"'{to}' is the milder class: a repeat would cost less than the first time."
            );
    }

    static bool Circles(IReadOnlyList<BreachClass> all, BreachClass from)
    {
        var seen = new HashSet<string>();
        for (var at = from; at is not null; at = all.FirstOrDefault(b => b.Id == at.EscalatesTo))
            if (!seen.Add(at.Id))
                return true;
        return false;
    }

    static IEnumerable<PolicyTrouble> InOneClass(IReadOnlyList<BreachClass> all) =>
        from kind in Enum.GetValues<FindingKind>()
        let classes = all.Select((b, i) => (b, i)).Where(c => c.b.Findings.Contains(kind)).ToList()
        where classes.Count > 1
        select PolicyRules.At(
            $"$.breaches[{classes[1].i}].findings",
            $"'{Words<FindingKind>.Of(kind)}' belongs to '{classes[0].b.Id}' already; a finding is of one class."
        );
}
