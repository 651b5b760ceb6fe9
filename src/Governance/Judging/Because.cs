using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization;
using NodaTime;

namespace Lapel.Governance;

/// <summary>
/// A sentence of an explanation and what it rests on. The sentence is kept in parts, so that a page can write times as the agency's wall
/// clocks show them and link to what is named.
/// </summary>
public sealed record Because(IReadOnlyList<Part> Says, IReadOnlyList<Because> Why)
{
    public static Because Of(Sentence sentence, params IReadOnlyList<Because> why) => new(sentence.Parts, why);

    /// <summary>The sentence as plain text.</summary>
    /// <param name="time">How a time is written; none: in UTC.</param>
    public string Text(Func<Instant, string>? time = null)
    {
        var text = new StringBuilder();
        foreach (var part in Says)
            text.Append(
                part switch
                {
                    Part.Words words => words.Text,
                    Part.At at => time?.Invoke(at.Time) ?? at.Time.ToText(),
                    Part.Length length => Part.InWords(length.Us),
                    Part.Recording recording => recording.Text,
                    Part.Incident incident => incident.Text,
                    Part.Other other => other.Text,
                    Part.Rule rule => rule.Text,
                    _ => throw new InvalidOperationException($"{part.GetType().Name} has no text."),
                }
            );
        return text.ToString();
    }

    /// <summary>The whole tree as indented lines.</summary>
    public string Tree(Func<Instant, string>? time = null)
    {
        var lines = new StringBuilder();
        Write(this, 0);
        return lines.ToString();

        void Write(Because because, int depth)
        {
            lines.Append(' ', 2 * depth).Append(because.Text(time)).Append('\n');
            foreach (var why in because.Why)
                Write(why, depth + 1);
        }
    }
}

/// <summary>A piece of a sentence.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(Words), "words")]
[JsonDerivedType(typeof(At), "time")]
[JsonDerivedType(typeof(Length), "length")]
[JsonDerivedType(typeof(Recording), "recording")]
[JsonDerivedType(typeof(Incident), "incident")]
[JsonDerivedType(typeof(Other), "finding")]
[JsonDerivedType(typeof(Rule), "rule")]
public abstract record Part
{
    public sealed record Words(string Text) : Part;

    /// <summary>A moment, server clock unless the words around it say dispatch's.</summary>
    public sealed record At(Instant Time) : Part;

    /// <param name="Us">Microseconds.</param>
    public sealed record Length(long Us) : Part;

    /// <param name="From">Where in it to look; none: its beginning.</param>
    public sealed record Recording(RecordingId Id, Instant? From, string Text) : Part;

    public sealed record Incident(IncidentId Id, string Text) : Part;

    /// <summary>Another finding about the same officer.</summary>
    public sealed record Other(FindingId Id, string Text) : Part;

    /// <summary>A rule of a policy version.</summary>
    /// <param name="Policy">Number of the version.</param>
    /// <param name="Id">Of the rule in the document: <c>triggers/calls</c>, <c>docking</c>…</param>
    public sealed record Rule(int Policy, string Id, Grade Grade, string Text) : Part;

    /// <summary>A length as people say it: <c>12 min 5 s</c>. Below a minute with a tenth where it is not whole.</summary>
    public static string InWords(long us)
    {
        if (us < 60_000_000)
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(us / 1e6, 1):0.#} s");
        var seconds = (us + 500_000) / 1_000_000;
        var (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        var words = new List<string>(3);
        if (hours > 0)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{hours} h"));
        if (minutes > 0)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{minutes} min"));
        if (rest > 0)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{rest} s"));
        return string.Join(' ', words);
    }
}

/// <summary>Collects the parts of an interpolated sentence: instants, durations and links stay what they are.</summary>
[InterpolatedStringHandler]
public readonly struct Sentence(int literalLength, int formattedCount)
{
    readonly List<Part> parts = new(literalLength > 0 ? 2 * formattedCount + 1 : formattedCount);

    public IReadOnlyList<Part> Parts => parts;

    public void AppendLiteral(string text) => parts.Add(new Part.Words(text));

    public void AppendFormatted(string? text)
    {
        if (text is { Length: > 0 })
            parts.Add(new Part.Words(text));
    }

    public void AppendFormatted(int number) => parts.Add(new Part.Words(number.ToString(CultureInfo.InvariantCulture)));

    public void AppendFormatted(Instant at) => parts.Add(new Part.At(at));

    public void AppendFormatted(Duration length) => parts.Add(new Part.Length(length.BclCompatibleTicks / 10));

    public void AppendFormatted(Part part) => parts.Add(part);

    public void AppendFormatted(Sentence inner) => parts.AddRange(inner.Parts);
}
