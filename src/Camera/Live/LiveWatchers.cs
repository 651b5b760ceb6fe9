using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>
/// Tells the officer of everybody who comes to watch or leaves, in a line and with the terminal's bell. There is no way to turn it off. It
/// hears of them from the server's news at once, and from every answer to a report, whichever is first.
/// </summary>
sealed class LiveWatchers(ServerLink link, Action<string> say)
{
    static readonly TimeSpan Again = TimeSpan.FromSeconds(3);
    const int LongestLineBytes = 256 * 1024;

    readonly Lock guard = new();
    IReadOnlyList<LiveWatcher> now = [];

    public IReadOnlyList<LiveWatcher> Now
    {
        get
        {
            lock (guard)
                return now;
        }
    }

    public void Are(IReadOnlyList<LiveWatcher> watchers)
    {
        List<LiveWatcher> joined,
            left;
        lock (guard)
        {
            joined = [.. watchers.Except(now)];
            left = [.. now.Except(watchers)];
            now = watchers;
        }
        foreach (var one in joined)
            Tell($"{Upper(one.As)} watches now ({one.Reason}); {Count(watchers.Count)} in all.");
        foreach (var one in left)
            Tell($"{Upper(one.As)} no longer watches; {Count(watchers.Count)} left.");
    }

    void Tell(string sentence)
    {
        if (!Console.IsOutputRedirected)
            Console.Write('\a');
        say(sentence);
    }

    static string Count(int people) => people == 1 ? "1 person" : $"{people} people";

    static string Upper(string text) => text.Length == 0 ? "Somebody" : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Listens for as long as a session runs; when the connection is lost the answers to reports still tell.</summary>
    public async Task Listen(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var answer = await link.Send(() => new(HttpMethod.Get, link.Api("live/help/events")), stop);
                if (!answer.IsSuccessStatusCode)
                    return; // nobody is assigned to this camera: there is no officer's news
                await using var news = await answer.Content.ReadAsStreamAsync(stop);
                await foreach (var line in Lines.Read(news, LongestLineBytes, stop))
                    if (line.StartsWith("data: ", StringComparison.Ordinal) && Read(line["data: ".Length..]) is { } told)
                        Are(told);
            }
            catch (Exception e)
                when (e is HttpRequestException or IOException or ServerException or JsonException or OperationCanceledException)
            {
                if (stop.IsCancellationRequested)
                    return;
            }
            await Task.Delay(Again, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    static IReadOnlyList<LiveWatcher>? Read(string json) => JsonSerializer.Deserialize<News>(json, LapelJson.Lenient)?.Watchers;

    sealed record News(IReadOnlyList<LiveWatcher>? Watchers = null);
}
