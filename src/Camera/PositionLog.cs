using System.Net.Sockets;

namespace Lapel.CameraProgram;

/// <summary>
/// Where the camera gets its positions from, and how many of them it keeps: at most one a second, and none while it stands still
/// but one every ten seconds.
/// </summary>
public sealed class PositionLog(PositionSource source, CameraClock clock, Action<Position> take, Action<string> say)
{
    const double StandsStillMetres = 2;
    static readonly Duration Often = Duration.FromSeconds(1);
    static readonly Duration Seldom = Duration.FromSeconds(10);
    static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    Position? last;

    public async Task Run(CancellationToken stop)
    {
        var told = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Once(stop);
                told = false;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
            {
                if (!told)
                    say($"No positions: {e.Message}");
                told = true;
            }
            await Task.Delay(TryAgain, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task Once(CancellationToken stop)
    {
        switch (source)
        {
            case PositionSource.GpsDaemon gpsd:
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(gpsd.Host, gpsd.Port, stop);
                await using var stream = connection.GetStream();
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Gpsd.Watch), stop);
                await foreach (var line in Lines.Read(stream, Gpsd.LongestLine, stop))
                    Offer(Gpsd.TryRead(line, clock.Now()));
                break;
            }
            case PositionSource.NmeaStream nmea:
            {
                await using var stream = new FileStream(
                    nmea.Path,
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.ReadWrite,
                    1,
                    FileOptions.Asynchronous
                );
                await foreach (var line in Lines.Read(stream, Nmea.LongestSentence, stop))
                    Offer(Nmea.TryRead(line, clock.Now()));
                break;
            }
            case PositionSource.RouteFile file:
            {
                var begun = clock.Now();
                while (true)
                {
                    var now = clock.Now();
                    Offer(file.Route.At((now - begun).TotalSeconds, now));
                    await Task.Delay(TimeSpan.FromSeconds(1), stop);
                }
            }
        }
    }

    void Offer(Position? position)
    {
        if (position is null || (last is not null && !IsWorthKeeping(last, position)))
            return;
        last = position;
        take(position);
    }

    public static bool IsWorthKeeping(Position last, Position next)
    {
        var passed = next.At - last.At;
        if (passed < Duration.Zero)
            return true; // the clock was set
        // A timer that fires every second may be a little early.
        return passed >= Often - Duration.FromMilliseconds(100)
            && (passed >= Seldom || MetresBetween(last, next) >= StandsStillMetres);
    }

    /// <summary>On a flat Earth, which is exact enough for two neighbours.</summary>
    static double MetresBetween(Position a, Position b)
    {
        const double MetresPerDegree = 111_195;
        var north = (b.Latitude - a.Latitude) * MetresPerDegree;
        var east = (b.Longitude - a.Longitude) * MetresPerDegree * Math.Cos(a.Latitude * Math.PI / 180);
        return Math.Sqrt(north * north + east * east);
    }
}

public abstract record PositionSource
{
    public sealed record GpsDaemon(string Host, int Port) : PositionSource;

    /// <param name="Path">A serial device, pipe or file.</param>
    public sealed record NmeaStream(string Path) : PositionSource;

    public sealed record RouteFile(Route Route) : PositionSource;

    /// <exception cref="CameraException">Not one of the three forms.</exception>
    public static PositionSource Parse(string text)
    {
        if (text.StartsWith("gpsd:", StringComparison.Ordinal))
        {
            var colon = text.LastIndexOf(':');
            if (colon == 4)
                return new GpsDaemon(text[5..] is { Length: > 0 } host ? host : "localhost", 2947);
            if (int.TryParse(text[(colon + 1)..], out var port) && port is > 0 and < 65536)
                return new GpsDaemon(text[5..colon], port);
        }
        else if (text.StartsWith("nmea:", StringComparison.Ordinal) && text.Length > 5)
            return new NmeaStream(text[5..]);
        else if (text.StartsWith("route:", StringComparison.Ordinal))
            try
            {
                return new RouteFile(Route.Read(File.ReadLines(text[6..])));
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                throw new CameraException(e.Message, e);
            }
        throw new CameraException($"'{text}' is no source of positions: write gpsd:HOST:PORT, nmea:PATH or route:FILE.");
    }
}
