using Lapel.WebRtc;

namespace Lapel.Tests.Live;

/// <summary>Which layer a viewer gets, asked twice a second of a path whose reports are given.</summary>
public sealed class ViewerPathTests
{
    static readonly double[] Layers = [150, 500, 1500];

    readonly ViewerPath path = new();
    int shown = -1;
    double seconds;
    long sent;
    uint highest = 65_000;
    int lost;

    [Fact]
    public void A_viewer_that_has_said_nothing_begins_with_the_largest() => After(1).ShouldBe(2);

    [Fact]
    public void A_viewer_whose_estimate_is_capped_by_the_small_layer_it_gets_climbs_where_the_path_is_clean()
    {
        path.Estimated(230, Now); // what a browser says at first, and goes on to say while nothing more is sent to it
        After(1).ShouldBe(0);
        After(30, estimate: _ => 1.5 * Layers[shown]).ShouldBe(2);
    }

    [Fact]
    public void An_estimate_alone_takes_nothing_away_from_a_path_without_queue_or_loss()
    {
        After(2).ShouldBe(2);
        After(20, estimate: _ => 300).ShouldBe(2);
    }

    [Fact]
    public void A_path_that_strains_gets_what_it_bears()
    {
        After(2).ShouldBe(2);
        After(2, estimate: _ => 600, tripMs: 400).ShouldBe(1);
        After(2, estimate: _ => 160, tripMs: 400).ShouldBe(0);
    }

    [Fact]
    public void A_thin_path_is_tried_ever_more_rarely()
    {
        After(2).ShouldBe(2);
        var (tries, before) = (new List<double>(), 0);
        for (var i = 0; i < 600; i++)
        {
            before = shown;
            // 200 kbit/s: a layer of 500 fills the queue within a second, the smallest does not
            After(0.5, estimate: at => Math.Min(200, 1.5 * Layers[at]), tripMs: shown > 0 ? 900 : 20);
            if (shown > before)
                tries.Add(seconds);
        }
        tries.Count.ShouldBeInRange(4, 9, "in five minutes");
        (tries[^1] - tries[^2]).ShouldBeGreaterThan(tries[1] - tries[0]);
        shown.ShouldBe(0);
    }

    [Fact]
    public void Heavy_loss_takes_the_picture_down_and_a_path_that_mended_gets_it_back()
    {
        After(2).ShouldBe(2);
        After(10, loss: 0.3).ShouldBe(0);
        After(60, loss: 0).ShouldBe(2);
    }

    [Fact]
    public void What_came_is_held_against_what_was_sent_and_not_against_what_the_viewer_knows_of()
    {
        path.Carried(Now).ShouldBeNull("nobody said");
        After(2, loss: 0.5);
        path.Carried(Now).ShouldBeNull("too short");
        After(3, loss: 0.5);
        path.Carried(Now)!.Value.ShouldBe(0.5, 0.01);
        for (var i = 0; i < 8; i++)
        {
            (sent, seconds) = (sent + 50, seconds + 0.5);
            path.Reported(new(1, 0, lost, highest, 0, 0, 0), sent, Now); // nothing reaches it: no loss, says the report
        }
        path.Carried(Now)!.Value.ShouldBeLessThan(0.1);
        After(4);
        path.Carried(Now)!.Value.ShouldBe(1, 0.01);
        seconds += 6;
        path.Carried(Now).ShouldBeNull("long ago");
    }

    [Fact]
    public void A_viewer_whom_nothing_reaches_is_taken_down_to_the_smallest()
    {
        After(2).ShouldBe(2);
        for (var i = 0; i < 20; i++, seconds += 0.5)
        {
            sent += 50;
            path.Reported(new(1, 0, 0, highest, 0, 0, 0), sent, Now);
            shown = path.Choose(Layers, shown, Now);
        }
        shown.ShouldBe(0);
    }

    [Fact]
    public void A_flood_of_reports_is_not_kept_and_few_packets_say_nothing()
    {
        for (var i = 0; i < 10_000; i++, seconds += 0.001)
            path.Reported(new(1, 0, 0, 65_000, 0, 0, 0), i, Now);
        path.Carried(Now)!.Value.ShouldBe(0);
        path.Afresh();
        path.Carried(Now).ShouldBeNull();
        for (var i = 0; i < 20; i++, seconds += 0.5)
            path.Reported(new(1, 0, 0, 65_000, 0, 0, 0), 10_000 + i, Now);
        path.Carried(Now).ShouldBeNull();
    }

    Moment Now => new((long)(seconds * 1e6) + 1_000_000, 0);

    int After(double duration, Func<int, double>? estimate = null, double loss = 0, double tripMs = 20)
    {
        for (var end = seconds + duration; seconds < end; seconds += 0.5)
        {
            path.TripTook((long)(tripMs * 1000));
            (sent, highest, lost) = (sent + 50, highest + 50, lost + (int)(50 * loss));
            path.Reported(new(1, (byte)(loss * 256), lost, highest, 0, 0, 0), sent, Now);
            if (estimate is not null)
                path.Estimated(estimate(Math.Max(shown, 0)), Now);
            shown = path.Choose(Layers, shown, Now);
        }
        return shown;
    }
}
