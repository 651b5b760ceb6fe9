using Lapel.Ingest;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Server;

/// <summary>
/// Server-sent events: one word a pulse, so that open pages look again. Carries no evidence and no names; how far an upload has come goes
/// to those who may see uploads.
/// </summary>
static class Events
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/events", Stream).NeedsSignIn().ExcludeFromDescription();

    static async Task Stream(HttpContext http, Viewer viewer, Pulse pulse, CancellationToken stop)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await http.Response.WriteAsync("retry: 2000\n\n", stop);
        await http.Response.Body.FlushAsync(stop);
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, stopping);
        try
        {
            await foreach (var beat in pulse.Listen(either.Token))
            {
                if (beat.Topic == IngestModule.Progress && !viewer.May(Permission.SeeUploads))
                    continue;
                await http.Response.WriteAsync($"event: {beat.Topic}\ndata: {beat.Json}\n\n", either.Token);
                await http.Response.Body.FlushAsync(either.Token);
            }
        }
        catch (OperationCanceledException) { }
    }
}
