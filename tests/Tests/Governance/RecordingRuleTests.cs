using Lapel.Governance;
using static Lapel.Tests.Governance.JudgingWorld;

namespace Lapel.Tests.Governance;

public sealed class A_recording_alone_is_judged
{
    static readonly JudgingWorld World = new();

    static IEnumerable<FindingKind> Of(
        Recorded recording,
        double asOf = 90_000,
        bool ofIncident = true,
        Recorded? before = null
    ) => Judge.OfRecording(World.InForce, recording, At(asOf), ofIncident, before).Select(f => f.Kind);

    [Theory]
    [InlineData(30_000, false)]
    [InlineData(27_000, false)]
    [InlineData(26_999, true)]
    [InlineData(0, true)]
    public void By_the_buffer_that_was_kept(long keptMs, bool isShort) =>
        Of(Recording(0, 600) with { PreEventMs = keptMs }).Contains(FindingKind.ShortBuffer).ShouldBe(isShort);

    [Theory]
    [InlineData(-3, false)] // the camera was recording until then: there is nothing that the buffer lacks
    [InlineData(-5, false)]
    [InlineData(-6, true)]
    public void Unless_the_same_cameras_recording_ended_just_before(double ended, bool isShort) =>
        Of(Recording(0, 600) with { PreEventMs = 0 }, before: Recording(-500, ended))
            .Contains(FindingKind.ShortBuffer)
            .ShouldBe(isShort);

    [Theory]
    [InlineData(24 * 3600, false)]
    [InlineData(24 * 3600 + 1, true)]
    public void By_when_it_came_to_its_dock(double after, bool late) =>
        Of(Recording(0, 600) with { AdmittedAt = At(600 + after) }, asOf: 900_000)
            .Contains(FindingKind.DockedLate)
            .ShouldBe(late);

    [Theory]
    [InlineData(null, 48 * 3600 - 1, true, false)]
    [InlineData(null, 48 * 3600, true, true)]
    [InlineData(null, 48 * 3600, false, false)] // of no incident: there is no number to give
    [InlineData(400_000.0, 500_000, true, false)] // late, but it has one now
    public void By_its_tag(double? tagged, double asOf, bool ofIncident, bool untagged) =>
        Of(Recording(0, 600) with { AdmittedAt = At(600), TaggedAt = tagged is { } at ? At(at) : null }, 600 + asOf, ofIncident)
            .Contains(FindingKind.Untagged)
            .ShouldBe(untagged);
}
