using System.Diagnostics;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>
/// Waiting for what comes when it comes. A machine that is slow or busy makes a scenario longer and not wrong: limits are patience, and generous,
/// unless a comment says that one is what Lapel promises.
/// </summary>
static class Wait
{
    public const int Patience = 180; // seconds

    public static readonly TimeSpan Patiently = TimeSpan.FromSeconds(Patience);

    /// <summary>Asks until it holds.</summary>
    public static async Task Until(string what, Func<Task<bool>> holds, int seconds = Patience)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(150))
        {
            if (await NotBetweenPages(holds))
                return;
            if (watch.Elapsed.TotalSeconds > seconds)
                throw new TimeoutException($"Not within {seconds} s: {what}.");
        }
    }

    public static Task Until(string what, Func<bool> holds, int seconds = Patience) =>
        Until(what, () => Task.FromResult(holds()), seconds);

    /// <summary>Looks until everything is as it should be; the last look is what the test fails with.</summary>
    public static async Task UntilRight(Func<Task> look, int seconds = Patience)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(150))
            try
            {
                await look();
                return;
            }
            catch (Exception e)
                when (e is ShouldAssertException or InvalidOperationException or KeyNotFoundException
                    && watch.Elapsed.TotalSeconds <= seconds
                ) { }
    }

    /// <summary>Measures until it lies within what is right; the last measure is what the test fails with.</summary>
    /// <returns>The measure.</returns>
    public static async Task<T> UntilIn<T>(T least, T most, Func<Task<T>> measure, string what = "", int seconds = Patience)
        where T : IComparable<T>
    {
        var measured = least;
        await UntilRight(async () => (measured = await measure()).ShouldBeInRange(least, most, what), seconds);
        return measured;
    }

    // A page that is just being left can be asked nothing.
    static async Task<bool> NotBetweenPages(Func<Task<bool>> holds)
    {
        try
        {
            return await holds();
        }
        catch (PlaywrightException e) when (e.Message.Contains("context was destroyed", StringComparison.Ordinal))
        {
            return false;
        }
    }
}
