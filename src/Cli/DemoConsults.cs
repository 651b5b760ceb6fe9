using Lapel.WebRtc;

namespace Lapel.Cli;

/// <summary>
/// The presses for help of one day of the demo's week, beside its recordings: pressed on camera or phone, answered with live picture and
/// voice, or by nobody. What cannot be made is said and left out; the week goes on.
/// </summary>
sealed class DemoConsults(DemoWeek.Day day, SetBack clock, string homes, string cameraProgram, Uri agency, DemoOffice office)
{
    /// <summary>The longest that a consult may take, pressing and ending included.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(45);

    /// <summary>The live policy alerts the operations centre after 45 seconds.</summary>
    static readonly Duration UntilAlerted = Duration.FromSeconds(47);

    readonly List<(DemoHelp.Press Help, Instant At)> unanswered = [];

    /// <param name="begun">The day's zero, when it is there.</param>
    public async Task Live(Task<Instant> begun, CancellationToken stop)
    {
        if (DemoHelp.On(day) is not { Count: > 0 } presses)
            return;
        using var clinician =
            day.Ago <= DemoHelp.ClinicSince
                ? await Try(() => DemoClinic.Answering(agency, homes, office, clock, stop), stop)
                : null;
        await Task.WhenAll(presses.Select(help => Try(() => Happens(help, clinician, begun, stop), stop)));
    }

    /// <summary>In the evening: whoever was answered by nobody says that it is over.</summary>
    public async Task Evening(CancellationToken stop)
    {
        foreach (var (help, at) in unanswered)
            await Try(
                async () =>
                {
                    var alerted = at + UntilAlerted - clock.Now;
                    if (help.UntilAlerted && alerted > Duration.Zero)
                        await Task.Delay(alerted.ToTimeSpan(), stop);
                    var officer = await office.At(help.Officer, stop);
                    await officer.Server.Post("api/v1/live/help/withdraw", new { why = "not-needed" }, stop);
                    return officer;
                },
                stop
            );
    }

    async Task<DemoHelp.Press> Happens(DemoHelp.Press help, DemoClinician? clinician, Task<Instant> begun, CancellationToken stop)
    {
        var officer = await office.At(help.Officer, stop);
        if (
            help.At is { } at
            && await begun.WaitAsync(stop) + Duration.FromSeconds(at) - clock.Now is { TotalNanoseconds: > 0 } wait
        )
            await Task.Delay(wait.ToTimeSpan(), stop);
        await Press(help, officer.Server, stop);
        if (help.Answer is not { } answer || clinician is null)
        {
            unanswered.Add((help, clock.Now));
            return help;
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Longest);
        try
        {
            await Answered(help, answer, officer.Server, clinician, limit.Token);
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            await Close(officer.Server, stop);
            throw;
        }
        return help;
    }

    async Task Press(DemoHelp.Press help, Server officer, CancellationToken stop)
    {
        if (help.Camera is not { } camera)
            await officer.Post("api/v1/live/help", new { why = help.Why, words = help.Words }, stop);
        else if (
            await new DemoCamera(homes, camera, cameraProgram).Tell(new("help", Reason: help.Why, Text: help.Words), stop) is
            { } no
        )
            throw new ServerSaidNo($"Demo camera {camera} did not ask for help: {no}");
    }

    async Task Answered(
        DemoHelp.Press help,
        DemoHelp.Answer answer,
        Server officer,
        DemoClinician clinician,
        CancellationToken stop
    )
    {
        await Task.Delay(TimeSpan.FromSeconds(1.5), stop); // until the ringing is heard and the button found
        await clinician.Accept(stop);
        if (help.Camera is null)
        {
            await clinician.Say(answer.Says, stop);
            await Rest(answer, officer, clinician, stop);
            return;
        }
        var (watch, talk) = await clinician.Ways(stop);
        using var seen = await DemoLive.Watch(agency, watch, stop);
        using var centre = answer.CentreWatches ? await Centre(help, stop) : null;
        await Task.WhenAll(
            DemoLive.Talk(
                agency,
                talk,
                answer.Says,
                Path.Combine(homes, $"clinician-{day.Ago}.wav"),
                () => clinician.Speaks(stop),
                stop
            ),
            Rest(answer, officer, clinician, stop)
        );
    }

    static async Task Rest(DemoHelp.Answer answer, Server officer, DemoClinician clinician, CancellationToken stop)
    {
        var moment = TimeSpan.FromSeconds(1.5);
        await Task.Delay(moment, stop);
        await officer.Post("api/v1/live/help/consent", new { consent = answer.Consent }, stop);
        await Task.Delay(moment, stop);
        await clinician.Advise(answer.Advice, stop);
        await Task.Delay(moment, stop);
        await officer.Post("api/v1/live/help/lines", new { text = answer.Reply }, stop);
        await Task.Delay(moment, stop);
        await clinician.Note(answer.Note, stop);
        await Task.Delay(moment, stop);
        await clinician.End(answer.Outcome, answer.Consent, stop);
    }

    /// <summary>The operations centre looks on, for a reason that the officer sees.</summary>
    async Task<LiveReceiver> Centre(DemoHelp.Press help, CancellationToken stop)
    {
        var centre = await office.At(DemoClinic.Centre, stop);
        var sessions = (await centre.Server.Get("api/v1/live/sessions", stop)).GetProperty("items").EnumerateArray();
        var session = sessions.First().GetProperty("session").GetProperty("id").GetString();
        var lease = await centre.Server.Post($"api/v1/live/sessions/{session}/leases", new { reason = "person-in-crisis" }, stop);
        return await DemoLive.Watch(agency, LiveWay.Of(lease.GetProperty("watch")), stop);
    }

    /// <summary>Nobody is left with a request that rings for ever.</summary>
    static async Task Close(Server officer, CancellationToken stop)
    {
        try
        {
            await officer.Post("api/v1/live/help/withdraw", new { why = "not-needed" }, stop);
        }
        catch (ServerSaidNo)
        {
            await officer.Post("api/v1/live/help/end", new { outcome = "cut-off", consent = "unable" }, stop);
        }
    }

    static async Task<T?> Try<T>(Func<Task<T>> what, CancellationToken stop)
        where T : class
    {
        try
        {
            return await what();
        }
        catch (Exception trouble) when (!stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(
                $"    A call for help could not be lived as planned; the week goes on. {trouble.Message}"
            );
            return null;
        }
    }
}
