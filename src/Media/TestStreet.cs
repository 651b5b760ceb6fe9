using System.Globalization;
using System.Text;

namespace Lapel.Media;

/// <summary>
/// The built-in test scene as an ffmpeg filter graph: houses with lit windows, traffic, and a lamp that turns red and blue. Plain blocks,
/// since three such cameras have to run beside everything else on a small machine.
/// </summary>
static class TestStreet
{
    /// <summary>What cannot be drawn or would end the filter's text becomes a blank.</summary>
    public static string Drawable(string text) =>
        string.Concat(
            text.Trim().Take(40).Select(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '.' or '/' or '#' ? c : ' ')
        );

    public static string Sky(CaptureSettings s, int seed) =>
        Invariant($"color=c={Skies[Math.Abs(seed % Skies.Length)]}:s={s.Width}x{s.Height}:r={s.FramesPerSecond}");

    static readonly string[] Skies = ["0x18202f", "0x231c30", "0x13262b", "0x2a2226", "0x1b2a22"];

    public static string Picture(CaptureSettings s, CaptureSource.TestScene scene)
    {
        var parts = new List<string>();
        var random = new Random(scene.Seed);
        Houses(parts, random);
        parts.Add("drawbox=x=0:y=ih*0.72:w=iw:h=ih*0.28:color=0x2b2d31:t=fill");
        parts.Add("drawbox=x=0:y=ih*0.855:w=iw:h=ih*0.008:color=0xb9a45a:t=fill");
        Traffic(parts, s, random);
        Lamp(parts);
        var size = Math.Max(12, s.Height / 26);
        parts.Add(Text(size, size / 2, Clock));
        parts.Add(Text(size, size / 2 + size * 7 / 4, Drawable(scene.Badge)));
        if (scene.Covered is { } dark)
            parts.Add(
                Invariant($"drawbox=x=0:y=0:w=iw:h=ih:color=black:t=fill:enable='between(t\\,{dark.From}\\,{dark.Until})'")
            );
        return string.Join(',', parts);
    }

    static void Houses(List<string> parts, Random random)
    {
        string[] walls = ["0x2f3642", "0x3a3340", "0x30403f", "0x443a35"];
        for (var i = 0; i < 5; i++)
        {
            var top = 0.2 + random.NextDouble() * 0.3;
            var left = i * 0.21 - 0.02;
            parts.Add(
                Invariant(
                    $"drawbox=x=iw*{left:F3}:y=ih*{top:F3}:w=iw*0.18:h=ih*{0.72 - top:F3}:color={walls[random.Next(walls.Length)]}:t=fill"
                )
            );
            for (var window = 0; window < 3; window++)
                if (random.Next(3) > 0)
                    parts.Add(
                        Invariant(
                            $"drawbox=x=iw*{left + 0.025 + window * 0.05:F3}:y=ih*{top + 0.06 + random.Next(2) * 0.1:F3}:w=iw*0.025:h=ih*0.05:color=0xe6c878:t=fill"
                        )
                    );
        }
    }

    // A drawbox stays where it was at first; text may move with the time t. So a car is written: the body, its lights and its windows.
    static void Traffic(List<string> parts, CaptureSettings s, Random random)
    {
        string[] bodies = ["0x8c2f2f", "0x2f5f8c", "0xc9c9c9"];
        for (var i = 0; i < bodies.Length; i++)
        {
            var (speed, y, phase) = (0.09 + 0.05 * i + random.NextDouble() * 0.03, 0.745 + 0.075 * i, random.NextDouble());
            var x =
                i % 2 == 0
                    ? Invariant($"(mod(t*{speed:F3}+{phase:F3}\\,1.3)-0.2)")
                    : Invariant($"(1.1-mod(t*{speed:F3}+{phase:F3}\\,1.3))");
            parts.Add(Block(s, $"{x}+0.03", y - 0.045, 0.08, 0.05, "0x56606e"));
            parts.Add(Block(s, x, y, 0.15, 0.055, bodies[i]));
            parts.Add(Block(s, Invariant($"{x}+{(i % 2 == 0 ? 0.14 : 0):F3}"), y + 0.012, 0.01, 0.02, "0xfff3c4"));
        }
    }

    /// <summary>Full blocks in a row. In DejaVu Sans Mono one is 0.6 of the letter's size wide and 1.16 of it high.</summary>
    static string Block(CaptureSettings s, string x, double y, double width, double height, string colour)
    {
        var size = Math.Max(5, 5 * Math.Round(s.Height * height / 1.16 / 5)); // of whole pixels' width: no seams
        var many = Math.Max(1, (int)Math.Round(s.Width * width / (0.6 * size)));
        return Invariant(
            $"drawtext=font=monospace:fontsize={size:F0}:fontcolor={colour}:x=w*({x}):y=h*{y:F3}:text={new string('\u2588', many)}"
        );
    }

    static void Lamp(List<string> parts)
    {
        parts.Add("drawbox=x=iw*0.93:y=ih*0.66:w=iw*0.02:h=ih*0.03:color=0xd02030:t=fill:enable='lt(mod(t\\,0.8)\\,0.4)'");
        parts.Add("drawbox=x=iw*0.955:y=ih*0.66:w=iw*0.02:h=ih*0.03:color=0x2a52e8:t=fill:enable='gte(mod(t\\,0.8)\\,0.4)'");
    }

    // strftime stops at seconds in this ffmpeg, so the time of day is computed from time(0), the wall clock with its fraction.
    const string Clock =
        @"%{gmtime\:%Y-%m-%d} %{eif\:mod(floor(time(0)/3600)\,24)\:d\:2}\:%{eif\:mod(floor(time(0)/60)\,60)\:d\:2}\:"
        + @"%{eif\:mod(floor(time(0))\,60)\:d\:2}.%{eif\:mod(floor(time(0)*10)\,10)\:d}Z";

    static string Text(int size, int y, string text) =>
        new StringBuilder(
            Invariant(
                $"drawtext=font=monospace:fontsize={size}:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw={size / 5}:x={size / 2}:y={y}:text='"
            )
        )
            .Append(text)
            .Append('\'')
            .ToString();

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
