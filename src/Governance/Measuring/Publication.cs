using System.Text;

namespace Lapel.Governance;

/// <summary>Measures of a month that were put out. Never changed: a correction is another edition, and the earlier stays.</summary>
/// <param name="Digest">Of datapackage.json, which holds the digests of the other files.</param>
public sealed record Publication(Month Month, int Edition, string Method, Digest Digest, Instant At, string By);

public static class Publications
{
    public static Task<IReadOnlyList<Publication>> All(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT * FROM publication ORDER BY month DESC, edition DESC", null, From, stop);

    public static Task<string?> FindFile(Reading reading, Month month, int edition, string name, CancellationToken stop) =>
        reading.One(
            "SELECT text FROM publication_file WHERE month = @month AND edition = @edition AND name = @name",
            new
            {
                month = month.ToString(),
                edition,
                name,
            },
            row => row.TextOrNull("text"),
            stop
        );

    public static Refusal? WhyNotPublish(Month month, Month present, bool counted, int officers) =>
        month.CompareTo(present) >= 0
            ? new(
                "month-not-over",
                $"{month.Words} is not over: its numbers would change under the readers.",
                RefusalKind.Conflict
            )
        : !counted ? new("month-not-counted", $"{month.Words} has not been counted.", RefusalKind.Conflict)
        : officers < OpenFigures.FewestOfficers
            ? new(
                "too-few-officers",
                $"Fewer than {OpenFigures.FewestOfficers} officers had calls in {month.Words}: everything about them would be about persons.",
                RefusalKind.Conflict
            )
        : null;

    /// <summary>Counts the month once more, makes the files and keeps them.</summary>
    /// <exception cref="RefusedException">See <see cref="WhyNotPublish"/>.</exception>
    public static async Task<Publication> Publish(Work work, Month month, AgencyProfile agency, CancellationToken stop)
    {
        await CountingMonth.Count(work, month, agency, stop);
        var shown = await Shown(work, month, stop);
        var officers = (await Measures.ByOfficer(work, month, null, stop)).Count;
        if (WhyNotPublish(month, Month.Of(work.Now, agency), !shown.Service.IsEmpty, officers) is { } refusal)
            throw new RefusedException(refusal);
        var edition = (int)(
            await work.One(
                "SELECT COALESCE(MAX(edition), 0) + 1 AS next FROM publication WHERE month = @month",
                new { month = month.ToString() },
                row => row.Number("next"),
                stop
            )
        );
        var files = OpenFigures.Files(shown, agency, edition, work.Now, Method.Text, Method.Script);
        var publication = new Publication(
            month,
            edition,
            Measure.Method,
            Digest.Of(Encoding.UTF8.GetBytes(files.Single(f => f.Name == "datapackage.json").Text)),
            work.Now,
            work.Actor.Name
        );
        await work.Execute(
            """
            INSERT INTO publication (month, edition, method, digest, published_at, published_by)
            VALUES (@month, @Edition, @Method, @Digest, @At, @By)
            """,
            new
            {
                month = month.ToString(),
                publication.Edition,
                publication.Method,
                publication.Digest,
                publication.At,
                publication.By,
            },
            stop
        );
        foreach (var (name, text) in files)
            await work.Execute(
                "INSERT INTO publication_file (month, edition, name, text) VALUES (@month, @edition, @name, @text)",
                new
                {
                    month = month.ToString(),
                    edition,
                    name,
                    text,
                },
                stop
            );
        work.Append(new CustodyEvent.MeasuresPublished(month.ToString(), Measure.Method, publication.Digest));
        return publication;
    }

    /// <summary>The month by divisions, as the report and the open data may show it.</summary>
    public static async Task<OpenFigures.Shown> Shown(Reading reading, Month month, CancellationToken stop)
    {
        var (byUnit, units) = (await Measures.ByUnit(reading, month, stop), await Units.All(reading, stop));
        var top = units.FirstOrDefault(u => u.Parent is null);
        var divisions = units
            .Where(u => top is not null && u.Parent == top.Id)
            .OrderBy(u => u.Name, StringComparer.Ordinal)
            .ThenBy(u => u.Id)
            .Select(u => (u.Name, Counts: Measures.Under(u.Id, byUnit, units)))
            .Append(("Headquarters and others", top is null ? new() : byUnit.GetValueOrDefault(top.Id.Text) ?? new()))
            .Append(("No unit on record", byUnit.GetValueOrDefault("") ?? new()))
            // A division that was closed and opened again under its name is one to the reader.
            .GroupBy(d => d.Item1, d => d.Item2)
            .Select(g => (g.Key, Counts.Sum(g)))
            .ToList();
        return OpenFigures.Decide(month, divisions);
    }

    static Publication From(Row row) =>
        new(
            Month.Parse(row.Text("month")),
            (int)row.Number("edition"),
            row.Text("method"),
            row.Digest("digest"),
            row.Time("published_at"),
            row.Text("published_by")
        );
}

/// <summary>The method in words and the script, as they stand in docs/: what is shown is what was built in.</summary>
public static class Method
{
    public static string Text { get; } = Read("Lapel.Governance.measures-method.md");

    public static string Script { get; } = Read("Lapel.Governance.recompute.py");

    static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Method).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
