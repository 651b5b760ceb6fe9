using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>A clinician's browser asks to be rung while its page is closed, or no longer.</summary>
static class PushRoutes
{
    const string Guard = "the clinician's own session guards it";
    static readonly byte[] Worker = ReadWorker();

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/consult/push-worker.js", Script)
            .OpenToAnyone("a script without any content of its own")
            .ExcludeFromDescription();
        app.MapForm("/consult/push", Keep).OpenToAnyone(Guard);
        app.MapForm("/consult/push/end", End).OpenToAnyone(Guard);
    }

    static byte[] ReadWorker()
    {
        using var script = typeof(PushRoutes).Assembly.GetManifestResourceStream("Lapel.Live.push-worker.js")!;
        var bytes = new byte[script.Length];
        script.ReadExactly(bytes);
        return bytes;
    }

    static IResult Script(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-cache"; // browsers look for a newer one with every page
        return TypedResults.Bytes(Worker, "text/javascript; charset=utf-8");
    }

    static async Task<IResult> Keep(HttpContext http, Form form, [AsParameters] ClinicianDesk desk, CancellationToken stop)
    {
        var who = await desk.Who(http, stop);
        var endpoint = form.Text("endpoint");
        if (
            PushSubscriptions.WhyNotKeep(
                desk.Policy.Push,
                endpoint,
                form.Text("key"),
                form.Text("secret"),
                out var key,
                out var secret
            ) is
            { } refusal
        )
            return new Refused(refusal);
        await using var work = await desk.Records.Begin(who.Actor, stop);
        await PushSubscriptions.Keep(work, new(endpoint, who.Clinician.Id, key, secret), stop);
        await work.Commit(stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> End(HttpContext http, Form form, [AsParameters] ClinicianDesk desk, CancellationToken stop)
    {
        var who = await desk.Who(http, stop);
        await using var work = await desk.Records.Begin(who.Actor, stop);
        await PushSubscriptions.End(work, form.Text("endpoint"), who.Clinician.Id, stop);
        await work.Commit(stop);
        return TypedResults.NoContent();
    }
}
