using Lapel.Governance;
using Lapel.Media;

namespace Lapel.Tests.Governance;

public sealed class Leads_from_media
{
    static readonly RecordingId Recording = RecordingId.New();

    static Oddity Odd(OddityKind kind, int from, int until) => new(kind, from * 1_000_000L, until * 1_000_000L);

    static IReadOnlyList<(LeadKind, long, long)> Of(Oddity[] odd, (long, long)[]? muted = null, (long, long)[]? averted = null) =>
        [
            .. MediaLeads
                .From(Recording, odd, muted ?? [], averted ?? [], new())
                .Select(l => (l.Kind, l.FromMs / 1000, l.UntilMs / 1000)),
        ];

    [Fact]
    public void Darkness_with_sound_is_perhaps_a_covered_lens_and_without_sound_a_black_picture()
    {
        Of([Odd(OddityKind.Dark, 10, 40)]).ShouldBe([(LeadKind.LensCovered, 10L, 40L)]);
        Of([Odd(OddityKind.Dark, 10, 40), Odd(OddityKind.Silent, 8, 42)])
            .ShouldBe([(LeadKind.SilentSound, 8L, 42L), (LeadKind.BlackPicture, 10L, 40L)]);
    }

    [Fact]
    public void What_the_officer_muted_or_averted_is_no_lead()
    {
        Of([Odd(OddityKind.Silent, 10, 60)], muted: [(9_000, 61_000)]).ShouldBeEmpty();
        Of([Odd(OddityKind.Silent, 10, 100)], muted: [(10_000, 60_000)]).ShouldBe([(LeadKind.SilentSound, 60L, 100L)]);
        Of([Odd(OddityKind.Dark, 10, 60)], averted: [(10_000, 55_000)]).ShouldBeEmpty("five seconds are left, too short to tell");
    }
}
