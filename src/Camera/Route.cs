using System.Globalization;

namespace Lapel.CameraProgram;

/// <summary>
/// A route file for the test scene, which has no receiver: one point a line, <c>seconds latitude longitude [accuracy-metres]</c>,
/// seconds rising from the start of the program; <c>#</c> begins a comment. Between points the camera walks straight on; after the
/// last it stands there.
/// </summary>
public sealed class Route
{
    readonly IReadOnlyList<Point> points;

    Route(IReadOnlyList<Point> points) => this.points = points;

    /// <exception cref="FormatException">A line that cannot be read, with its number.</exception>
    public static Route Read(IEnumerable<string> lines)
    {
        var points = new List<Point>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var text = line.Split('#')[0].Trim();
            if (text.Length == 0)
                continue;
            var words = text.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
            var numbers = new double[words.Length];
            for (var i = 0; i < words.Length; i++)
                if (
                    !double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])
                    || !double.IsFinite(numbers[i])
                )
                    throw new FormatException($"Line {number} of the route: '{words[i]}' is not a number.");
            if (numbers.Length is < 3 or > 4)
                throw new FormatException(
                    $"Line {number} of the route needs seconds, latitude, longitude and perhaps metres of accuracy."
                );
            if (Math.Abs(numbers[1]) > 90 || Math.Abs(numbers[2]) > 180)
                throw new FormatException($"Line {number} of the route is not a place on Earth.");
            if (numbers[0] < 0 || (points.Count > 0 && numbers[0] <= points[^1].Seconds))
                throw new FormatException($"Line {number} of the route: seconds must rise.");
            points.Add(new(numbers[0], numbers[1], numbers[2], numbers.Length == 4 ? numbers[3] : null));
        }
        return points.Count > 0 ? new(points) : throw new FormatException("The route has no points.");
    }

    public Position At(double seconds, Instant at)
    {
        var next = 0;
        while (next < points.Count && points[next].Seconds < seconds)
            next++;
        if (next == 0)
            return points[0].ToPosition(at);
        if (next == points.Count)
            return points[^1].ToPosition(at);
        var (from, to) = (points[next - 1], points[next]);
        var part = (seconds - from.Seconds) / (to.Seconds - from.Seconds);
        return new Point(
            seconds,
            from.Latitude + (to.Latitude - from.Latitude) * part,
            from.Longitude + (to.Longitude - from.Longitude) * part,
            to.AccuracyMetres
        ).ToPosition(at);
    }

    sealed record Point(double Seconds, double Latitude, double Longitude, double? AccuracyMetres)
    {
        public Position ToPosition(Instant at) => new(at, Math.Round(Latitude, 7), Math.Round(Longitude, 7), AccuracyMetres);
    }
}
