using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Lapel.Live;

/// <summary>Server-sent events about live help only: for clinicians, and for an officer's screen that must tell of every watcher.</summary>
static class EventStream
{
    // Proxies and phones drop what is silent for long; a comment line costs nothing.
    static readonly TimeSpan Breath = TimeSpan.FromSeconds(15);

    /// <param name="tell">What to say at the beginning and after every change: an event's name and its data, or nothing.</param>
    public static async Task Send(
        HttpContext http,
        Pulse pulse,
        Func<Task<(string Name, object? Facts)?>> tell,
        CancellationToken stop
    )
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, stopping);
        await using var heard = pulse.Listen(either.Token).GetAsyncEnumerator(either.Token);
        // Listening begins before the first telling, so that nothing falls between them.
        var next = heard.MoveNextAsync().AsTask();
        try
        {
            await Write(http, "retry: 1000\n\n", either.Token);
            await Tell();
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(Breath, either.Token)) != next)
                {
                    either.Token.ThrowIfCancellationRequested();
                    await Write(http, ": still here\n\n", either.Token);
                    continue;
                }
                if (!await next)
                    return;
                if (heard.Current.Topic == Streaming.Topic)
                    await Tell();
                next = heard.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) { }
        finally
        {
            // An enumerator may be disposed of only when it is not in the middle of its next step.
            await either.CancelAsync();
            await next.ContinueWith(
                _ => { },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
        }

        async Task Tell()
        {
            if (await tell() is { } said)
                await Write(
                    http,
                    $"event: {said.Name}\ndata: {JsonSerializer.Serialize(said.Facts ?? new { }, LapelJson.Lenient)}\n\n",
                    either.Token
                );
        }
    }

    static async Task Write(HttpContext http, string text, CancellationToken stop)
    {
        await http.Response.WriteAsync(text, stop);
        await http.Response.Body.FlushAsync(stop);
    }
}
