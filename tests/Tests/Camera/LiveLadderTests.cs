using Lapel.CameraProgram;
using Lapel.WebRtc;
using NodaTime;

namespace Lapel.Tests.CameraProgram;

/// <summary>What is sent live, decided from what the way carries: a second at a time.</summary>
public sealed class LiveLadderTests
{
    static readonly Instant Start = Instant.FromUtc(2026, 11, 22, 8, 0);

    LiveLadder ladder = new(2000);
    Instant now = Start;

    static Uplink Carries(double arrived, double? lost = 0, int queueMs = 0, int quietMs = 100) =>
        new(lost, arrived, arrived, Duration.FromMilliseconds(queueMs), Duration.FromMilliseconds(quietMs));

    List<LiveRung> For(int seconds, Uplink seen)
    {
        var rungs = new List<LiveRung>();
        for (var i = 0; i < seconds; i++, now += Duration.FromSeconds(1))
        {
            ladder = ladder.After(seen, now);
            if (rungs.Count == 0 || rungs[^1] != ladder.Rung)
                rungs.Add(ladder.Rung);
        }
        return rungs;
    }

    [Fact]
    public void A_network_that_carries_everything_is_left_alone() => For(60, Carries(2100)).ShouldBe([LiveRung.Recorded]);

    [Fact]
    public void Twenty_of_a_hundred_packets_lost_are_mended_by_sending_again() =>
        For(60, Carries(1700, lost: 0.2)).ShouldBe([LiveRung.Recorded]);

    [Fact]
    public void One_bad_second_changes_nothing()
    {
        For(1, Carries(1000, lost: 0.5)).ShouldBe([LiveRung.Recorded]);
        For(10, Carries(2100)).ShouldBe([LiveRung.Recorded]);
    }

    [Fact]
    public void A_narrow_network_gets_the_picture_that_it_carries_at_once_and_not_rung_by_rung() =>
        For(2, Carries(400, lost: 0.5)).ShouldBe([LiveRung.Recorded, LiveRung.SmallPicture]);

    [Fact]
    public void A_queue_that_fills_is_noticed_before_anything_is_lost() =>
        For(2, Carries(900, queueMs: 400)).ShouldBe([LiveRung.Recorded, LiveRung.Picture]);

    [Fact]
    public void What_carries_no_picture_gets_sound_then_stills_then_nothing_but_position()
    {
        For(2, Carries(80, lost: 0.9)).ShouldBe([LiveRung.Sound]);
        For(20, Carries(0, lost: 1)).ShouldBe([LiveRung.Stills, LiveRung.Position]);
        For(20, Carries(0, lost: null, quietMs: 9000)).ShouldBe([LiveRung.Position]);
    }

    [Fact]
    public void Words_go_on_where_a_third_of_the_packets_is_lost()
    {
        For(2, Carries(60, lost: 0.33));
        ladder.Rung.ShouldBe(LiveRung.Sound);
        For(30, Carries(30, lost: 0.33)).ShouldBe([LiveRung.Sound]);
    }

    [Fact]
    public void Silence_is_a_way_down_too() =>
        For(9, Carries(2000, lost: null, quietMs: 5000)).ShouldBe([LiveRung.Sound, LiveRung.Stills, LiveRung.Position]);

    [Fact]
    public void Calm_leads_up_again_one_rung_at_a_time()
    {
        For(30, Carries(0, lost: 1, quietMs: 5000));
        ladder.Rung.ShouldBe(LiveRung.Position);
        For(60, Carries(100))
            .ShouldBe([
                LiveRung.Position,
                LiveRung.Stills,
                LiveRung.Sound,
                LiveRung.SmallPicture,
                LiveRung.Picture,
                LiveRung.Recorded,
            ]);
    }

    [Fact]
    public void A_rung_that_did_not_hold_is_tried_later_each_time()
    {
        For(2, Carries(310, lost: 0.8));
        ladder.Rung.ShouldBe(LiveRung.SmallPicture);
        var tried = new List<Instant>();
        for (var i = 0; i < 300; i++, now += Duration.FromSeconds(1))
        {
            var before = ladder.Rung;
            ladder = ladder.After(before > LiveRung.SmallPicture ? Carries(310, lost: 0.7) : Carries(220), now);
            if (ladder.Rung > before)
                tried.Add(now);
        }
        var pauses = tried.Zip(tried.Skip(1), (a, b) => (b - a).TotalSeconds).ToList();
        pauses.Count.ShouldBeGreaterThan(2);
        pauses.ShouldBe(pauses.Order());
        pauses[^1].ShouldBeGreaterThan(pauses[0] * 3);
    }

    [Fact]
    public void A_new_connection_after_a_lost_one_begins_low() => ladder.Again().Rung.ShouldBe(LiveRung.Stills);

    [Fact]
    public void Every_rung_costs_less_than_the_next()
    {
        var costs = Enum.GetValues<LiveRung>().Select(ladder.KbpsOf).ToList();
        costs.ShouldBe(costs.Order());
        costs.Distinct().Count().ShouldBe(costs.Count);
    }
}
