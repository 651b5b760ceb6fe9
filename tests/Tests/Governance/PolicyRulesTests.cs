using System.Text.Json;
using Lapel.Governance;

namespace Lapel.Tests.Governance;

/// <summary>Toronto's policy with one thing changed: where the trouble is said to be, and what it is called.</summary>
public sealed class PolicyRulesTests
{
    [Theory]
    // the whole
    [InlineData("$.v", "2", "$.v", "shape 1")]
    [InlineData("$.name", "\" \"", "$.name", "not been written")]
    [InlineData("$.about", "\"\"", "$.about", "what it is not")]
    [InlineData("$.triggers", "[]", "$.triggers", "Without a trigger")]
    [InlineData("$.sources.S1.title", "\"\"", "$.sources.S1.title", "needs a title")]
    [InlineData("$.sources.S8.address", "\"a b\"", "$.sources.S8.address", "no spaces")]
    [InlineData("$.sources.S 9", "{\"title\":\"T\"}", "$.sources.S 9", "letters, digits and hyphens")]
    // what every rule says
    [InlineData("$.triggers[0].says.sentence", "\"\"", "$.triggers[0].says.sentence", "not been written")]
    [InlineData("$.triggers[0].says.sources", "[]", "$.triggers[0].says.grade", "called published only with the source")]
    [InlineData("$.reasons[2].says.sources", "[]", "$.reasons[2].says.grade", "called inferred only with the source")]
    [InlineData("$.triggers[0].says.sources[0]", "\"S99\"", "$.triggers[0].says.sources[0]", "'S99' is not among the sources")]
    [InlineData("$.triggers[0].says.sources[1]", "\"S1\"", "$.triggers[0].says.sources[1]", "twice")]
    // triggers
    [InlineData("$.triggers[1].id", "\"call-for-service\"", "$.triggers[1].id", "taken by an earlier")]
    [InlineData("$.triggers[1].id", "\"Call One\"", "$.triggers[1].id", "a word for programs")]
    [InlineData("$.triggers[0].until", "\"arrived\"", "$.triggers[0].until", "not after")]
    [InlineData("$.triggers[0].until", "\"en-route\"", "$.triggers[0].until", "not after")]
    [InlineData("$.triggers[0].mostPriority", "0", "$.triggers[0].mostPriority", "from 1")]
    [InlineData("$.triggers[0].callTypes", "[\"*\"]", "$.triggers[0].callTypes[0]", "* may stand once")]
    [InlineData("$.triggers[0].callTypes", "[\"A*B\"]", "$.triggers[0].callTypes[0]", "* may stand once")]
    [InlineData("$.triggers[0].notCallTypes", "[\" A\"]", "$.triggers[0].notCallTypes[0]", "as dispatch writes it")]
    [InlineData("$.triggers[1].callTypes", "[\"A\"]", "$.triggers[1].on", "Only calls have")]
    [InlineData("$.triggers[1].on", "\"call\"", "$.triggers[1]", "never decides")]
    // tolerances and the seconds before
    [InlineData("$.tolerances.lateStartSeconds", "-1", "$.tolerances.lateStartSeconds", "from 0 to 600")]
    [InlineData("$.tolerances.earlyStopSeconds", "601", "$.tolerances.earlyStopSeconds", "from 0 to 600")]
    [InlineData("$.tolerances.gapSeconds", "601", "$.tolerances.gapSeconds", "from 0 to 600")]
    [InlineData("$.tolerances.clockSeconds", "-2", "$.tolerances.clockSeconds", "from 0 to 600")]
    [InlineData("$.tolerances.longestIncidentHours", "0", "$.tolerances.longestIncidentHours", "from 1 to 72")]
    [InlineData("$.preEvent.seconds", "301", "$.preEvent.seconds", "from 0 to 300")]
    [InlineData("$.preEvent.toleranceSeconds", "31", "$.preEvent.toleranceSeconds", "from 0 to 30")]
    // reasons
    [InlineData("$.reasons[0].code", "\"dignity\"", "$.reasons[3].code", "taken by an earlier")]
    [InlineData("$.reasons[0].label", "\"\"", "$.reasons[0].label", "not been written")]
    [InlineData("$.reasons[2].saidAloud", "true", "$.reasons[2].permits", "never accepted has no conditions")]
    [InlineData("$.reasons[2].places", "[\"public\"]", "$.reasons[2].permits", "never accepted has no conditions")]
    [InlineData("$.reasons[1].notPlaces", "[\"private-home\"]", "$.reasons[1].notPlaces", "'private-home' is among the places")]
    [InlineData("$.reasons[0].notPlaces", AllPlaces, "$.reasons[0].notPlaces", "in no place at all")]
    [InlineData("$.reasons[0].permits", "[\"stopped\",\"stopped\"]", "$.reasons[0].permits[1]", "twice")]
    [InlineData("$.reasons[0].mostMinutes", "0", "$.reasons[0].mostMinutes", "1 to 1440")]
    [InlineData("$.exigencies", "[]", "$.reasons[0].unlessExigent", "names none")]
    [InlineData("$.exigencies[0].code", "\"fresh-pursuit\"", "$.exigencies[2].code", "taken by an earlier")]
    // duties
    [InlineData("$.notice.mark", "\"\"", "$.notice.mark", "not been written")]
    [InlineData("$.notice.withinSeconds", "3601", "$.notice.withinSeconds", "from 0 to 3600")]
    [InlineData("$.docking.withinHours", "0", "$.docking.withinHours", "from 1 to 336")]
    [InlineData("$.tagging.withinHours", "0", "$.tagging.withinHours", "from 1 to 2160")]
    [InlineData("$.tagging.categories", "[]", "$.tagging.categories", "at least one to choose")]
    [InlineData("$.tagging.categories", "[\"A\",\"A\"]", "$.tagging.categories[1]", "twice")]
    [InlineData("$.tagging.caseNumber", "\"[0-9\"", "$.tagging.caseNumber", "no pattern")]
    [InlineData("$.tagging.caseNumber", "\"(?=a)a\"", "$.tagging.caseNumber", "look-around")]
    [InlineData("$.tagging.caseNumber", "\"(a)\\\\1\"", "$.tagging.caseNumber", "back-references")]
    [InlineData("$.tagging.caseNumber", "\"a)|(b\"", "$.tagging.caseNumber", "no pattern")]
    [InlineData("$.tagging.caseNumber", "\"[0-9]*\"", "$.tagging.caseNumber", "without a single character")]
    [InlineData("$.tagging.caseNumber", "\"\"", "$.tagging.caseNumber", "1 to 200 characters")]
    // reviews
    [InlineData("$.reviews.perReviewerEachWeek", "51", "$.reviews.perReviewerEachWeek", "from 0 to 50")]
    [InlineData("$.reviews.escalateDays", "6", "$.reviews.escalateDays", "from 7 to 180")]
    [InlineData("$.reviews.questions", "[]", "$.reviews.questions", "the form asks nothing")]
    [InlineData("$.reviews.questions[1].id", "\"on-in-time\"", "$.reviews.questions[1].id", "taken by an earlier")]
    // explanations
    [InlineData(
        "$.explanations",
        "[{\"code\":\"late\",\"label\":\"Late\",\"for\":[\"late-start\"]}]",
        "$.explanations",
        "could not explain no-recording, early-stop"
    )]
    [InlineData("$.explanations[1].code", "\"fault\"", "$.explanations[1].code", "taken by an earlier")]
    // breaches
    [InlineData("$.breaches[1].id", "\"late-activation\"", "$.breaches[1].id", "taken by an earlier")]
    [InlineData("$.breaches[2].floorDays", "-1", "$.breaches[2].floorDays", "from 0 to 365")]
    [InlineData("$.breaches[0].floorDays", "1", "$.breaches[0].floorDays", "Only professional standards")]
    [InlineData("$.breaches[1].escalatesTo", "\"nowhere\"", "$.breaches[1].escalatesTo", "no breach class 'nowhere'")]
    [InlineData("$.breaches[1].escalatesTo", null, "$.breaches[1]", "one of the two is missing")]
    [InlineData("$.breaches[1].escalatesAt", null, "$.breaches[1]", "one of the two is missing")]
    [InlineData("$.breaches[1].escalatesAt", "1", "$.breaches[1].escalatesAt", "from 2 to 20")]
    [InlineData("$.breaches[1].escalatesTo", "\"late-activation\"", "$.breaches[1].escalatesTo", "the milder class")]
    [InlineData("$.breaches[1].escalatesTo", "\"no-activation\"", "$.breaches[1].escalatesTo", "back to where it began")]
    [InlineData("$.breaches[1].lookBackDays", "0", "$.breaches[1].lookBackDays", "has none")]
    [InlineData(
        "$.breaches[0].findings",
        "[\"late-start\",\"gap\"]",
        "$.breaches[2].findings",
        "belongs to 'late-activation' already"
    )]
    [InlineData("$.breaches[0].decideWithinDays", "0", "$.breaches[0].decideWithinDays", "from 1 to 365")]
    [InlineData("$.breaches[0].appealWithinDays", "0", "$.breaches[0].appealWithinDays", "from 1 to 365")]
    [InlineData("$.breaches[0].appealTo", "\"\"", "$.breaches[0].appealTo", "not been written")]
    public void One_thing_wrong_is_found_and_named(string change, string? json, string path, string words)
    {
        var (policy, troubles) = PolicyText.Check(PolicyPeople.With(change, json));
        policy.ShouldNotBeNull("its shape is right");
        troubles.ShouldContain(t => t.Path == path && t.Sentence.Contains(words), string.Join("\n", troubles));
        troubles.ShouldAllBe(t => t.Line > 1 || t.Path == "$");
    }

    const string AllPlaces =
        "[\"public\",\"private-home\",\"hospital\",\"school\",\"religious\",\"shelter\",\"washroom\",\"police-facility\",\"other\"]";

    [Theory]
    [InlineData("$.triggers[0].callTypes", "[\"CRISIS*\",\"B\"]")]
    [InlineData("$.triggers[0].mostPriority", "1")]
    [InlineData("$.preEvent.seconds", "3")]
    [InlineData("$.reasons[0].mostMinutes", "1440")]
    [InlineData("$.tagging.caseNumber", null)]
    [InlineData("$.tagging.caseNumber", "\"[A-Z]{2}[0-9]+\"")]
    [InlineData("$.reviews.escalateDays", "7")]
    [InlineData("$.breaches[2].floorDays", "0")]
    [InlineData("$.breaches[2].floorDays", null)]
    public void What_is_only_unusual_is_valid(string change, string? json) =>
        PolicyText.WhyNotValid(PolicyPeople.With(change, json)).ShouldBeEmpty();

    [Fact]
    public void A_wider_trigger_hides_only_what_stands_behind_it()
    {
        static string Trigger(string id, string more) =>
            $$"""{"id":"{{id}}","on":"call","from":"arrived","until":"cleared","says":{"sentence":"S","grade":"proposal"}{{more}}}""";
        static IEnumerable<string> Hidden(params string[] triggers) =>
            PolicyText.WhyNotValid(PolicyPeople.With("$.triggers", $"[{string.Join(',', triggers)}]")).Select(t => t.Path);

        Hidden(Trigger("a", ""), Trigger("b", ",\"callTypes\":[\"X\"]")).ShouldBe(["$.triggers[1]"]);
        Hidden(Trigger("b", ",\"callTypes\":[\"X\"]"), Trigger("a", "")).ShouldBeEmpty();
        Hidden(Trigger("a", ",\"callTypes\":[\"CRISIS*\"]"), Trigger("b", ",\"callTypes\":[\"crisis home\"]"))
            .ShouldBe(["$.triggers[1]"]);
        Hidden(Trigger("a", ",\"mostPriority\":2"), Trigger("b", ",\"mostPriority\":2")).ShouldBe(["$.triggers[1]"]);
        Hidden(Trigger("a", ",\"mostPriority\":2"), Trigger("b", ",\"mostPriority\":3")).ShouldBeEmpty();
        Hidden(Trigger("a", ",\"mostPriority\":2"), Trigger("b", "")).ShouldBeEmpty();
        Hidden(Trigger("a", ",\"notCallTypes\":[\"X\"]"), Trigger("b", "")).ShouldBeEmpty();
    }

    [Fact]
    public void Every_rule_can_be_broken()
    {
        // A sentence that no case above provokes would be dead, or untested.
        var sources = string.Concat(
            new[] { "PolicyRules.cs", "BreachRules.cs" }.Select(f =>
                File.ReadAllText(Path.Combine(Server.Docs.Root, "src/Governance/Policies", f))
            )
        );
        var cases = typeof(PolicyRulesTests)
            .GetMethod(nameof(One_thing_wrong_is_found_and_named))!
            .GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => (IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
            .Select(c => PolicyPeople.With((string)c[0].Value!, (string?)c[1].Value))
            .SelectMany(PolicyText.WhyNotValid)
            .Select(t => t.Sentence)
            .ToList();
        var said = System.Text.RegularExpressions.Regex.Matches(
            sources,
            """At\(\s*(?:\$?"[^"]*"|at),\s*\$?"(?<words>[^"{]{12,})"""
        );
        said.Count.ShouldBeGreaterThan(20);
        said.Select(m => m.Groups["words"].Value).Where(words => !cases.Any(c => c.Contains(words))).ShouldBeEmpty();
    }

    [Fact]
    public void A_case_number_is_matched_whole_and_in_little_time()
    {
        var pattern = PolicyRules.CaseNumber("(a+)+");
        pattern.IsMatch("aaa").ShouldBeTrue();
        pattern.IsMatch("aaab").ShouldBeFalse();
        pattern.IsMatch("aaa\n").ShouldBeFalse();
        pattern.IsMatch(new string('a', 20_000) + "b").ShouldBeFalse("a pattern that looks back and forth would never end");
    }

    [Fact]
    public void Toronto_says_what_is_published_and_no_more()
    {
        var policy = PolicyText.Read(PolicyPeople.Toronto);
        policy
            .Triggers.Where(t => t.Says.Grade == Grade.Published)
            .Select(t => t.On)
            .ShouldBe([Activity.Call, Activity.Investigation, Activity.Questioning]);
        policy
            .Breaches.Where(b => b.Says.Grade == Grade.Published)
            .ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                b => b.FloorDays.ShouldBe(1),
                b => b.Route.ShouldBe(Route.ProfessionalStandards),
                b => b.EscalatesTo.ShouldBeNull("no penalty for a second time is published")
            );
        policy.PreEvent.ShouldSatisfyAllConditions(p => p.Seconds.ShouldBe(30), p => p.Says.Grade.ShouldBe(Grade.Proposal));
        policy.Reasons.Single(r => r.Code == "objection-in-public").Permits.ShouldBeEmpty();
        policy
            .Reasons.Single(r => r.Code == "private-place-refusal")
            .ShouldSatisfyAllConditions(
                r => r.NotPlaces.ShouldContain(Place.Public),
                r => r.AskedBy.ShouldBe([AskedBy.Occupant]),
                r => r.UnlessExigent.ShouldBeTrue()
            );
    }

    [Fact]
    public void Peel_claims_no_penalty_at_all() =>
        PolicyText
            .Read(ShippedPolicy.Find("peel")!.ReadText())
            .Breaches.ShouldAllBe(b => b.FloorDays == null && b.Says.Grade == Grade.Proposal);
}
