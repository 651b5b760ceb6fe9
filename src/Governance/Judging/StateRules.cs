using NodaTime;

namespace Lapel.Governance;

/// <summary>How far the policy's reasons carry a stop, a mute or an averted lens.</summary>
/// <param name="Rule">The rule of the reason that the officer gave; none when the policy does not know it.</param>
/// <param name="Until">Permitted from the state's beginning until then; its beginning when it is not permitted at all.</param>
/// <param name="WhyNot">Why it is not, or not to its end, in one sentence; none when all of it is permitted.</param>
public readonly record struct Permit(ReasonRule? Rule, Instant Until, string? WhyNot);

/// <summary>
/// Whether a state inside a recording is permitted. What the rule needs to know and nobody said is not met, and the sentence says what
/// is missing: people can ask, the judge cannot.
/// </summary>
public static class StateRules
{
    /// <returns>Why not, in one sentence that can be said to the officer; none when all of it is permitted.</returns>
    public static string? WhyNotPermitted(Policy policy, StateSpan span, DispatchIncident incident) =>
        Of(policy, span, span.Until ?? span.From, incident).WhyNot;

    /// <param name="until">The state's end, where the span has none of its own.</param>
    public static Permit Of(Policy policy, StateSpan span, Instant until, DispatchIncident incident)
    {
        ReasonRule? rule = null;
        foreach (var reason in policy.Reasons)
            if (reason.Code == span.ReasonCode)
            {
                rule = reason;
                break;
            }
        if (rule is null)
            return new(null, span.From, $"The reason given, “{span.ReasonCode}”, is not one of the policy's.");
        if (WhyNotMet(policy, rule, span, incident) is { } unmet)
            return new(rule, span.From, unmet);
        if (rule.MostMinutes is { } most && until - span.From > Duration.FromMinutes(most))
            return new(
                rule,
                span.From + Duration.FromMinutes(most),
                $"It lasted longer than the {most} min that “{rule.Label}” permits at a stretch."
            );
        return new(rule, until, null);
    }

    static string? WhyNotMet(Policy policy, ReasonRule rule, StateSpan span, DispatchIncident incident)
    {
        var doing = Doing(span.State);
        if (rule.Permits.Count == 0)
            return $"“{rule.Label}” is never accepted as a reason.";
        if (!rule.Permits.Contains(span.State))
            return $"“{rule.Label}” is not accepted for {doing}.";
        if (rule.UnlessExigent && StandingExigency(policy, incident) is { } exigency)
            return $"“{rule.Label}” does not hold while this stands: {exigency.Label}.";
        if (rule.Places.Count > 0 || rule.NotPlaces.Count > 0)
        {
            if (PlaceOf(span, incident) is not { } place)
                return $"“{rule.Label}” depends on the place, and nobody said what kind of place it was.";
            if (rule.NotPlaces.Contains(place) || (rule.Places.Count > 0 && !rule.Places.Contains(place)))
                return $"“{rule.Label}” is not accepted in a place of this kind: {Spaced(place)}.";
        }
        if (rule.AskedBy.Count > 0)
        {
            if (!Words<AskedBy>.TryParse(span.AskedBy, out var asker))
                return $"“{rule.Label}” depends on who asked for it, and nobody said who did.";
            if (!rule.AskedBy.Contains(asker))
                return $"“{rule.Label}” is not accepted when asked for by: {Spaced(asker)}.";
        }
        if (rule.SaidAloud && !span.SaidAloud)
            return $"“{rule.Label}” must be said aloud on the recording first, and it is not marked as said.";
        if (rule.Supervisor && string.IsNullOrWhiteSpace(span.Supervisor))
            return $"“{rule.Label}” needs a supervisor who was told or agreed, and none is named.";
        return null;
    }

    /// <summary>As the camera said; where it did not, as dispatch knows the incident's place.</summary>
    public static Place? PlaceOf(StateSpan span, DispatchIncident incident) =>
        Words<Place>.TryParse(span.Place, out var place) ? place : incident.Place;

    /// <summary>One that the policy knows and that stood on the incident.</summary>
    public static Exigency? StandingExigency(Policy policy, DispatchIncident incident)
    {
        if (incident.Exigency is { } code)
            foreach (var exigency in policy.Exigencies)
                if (exigency.Code == code)
                    return exigency;
        return null;
    }

    static string Spaced<T>(T word)
        where T : struct, Enum => Words<T>.Of(word).Replace('-', ' ');

    internal static string Doing(RecordingState state) =>
        state switch
        {
            RecordingState.Stopped => "stopping",
            RecordingState.Muted => "muting",
            RecordingState.Averted => "turning the lens away",
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };
}
