using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;

namespace Lapel.Records;

/// <summary>
/// Numbered SQL scripts, embedded in each module as <c>Migrations/NNN-name.sql</c>, applied once each, in the order of the modules and
/// of their numbers, each in a transaction of its own. A script that changed after it was applied stops the start.
/// Both engines read the same text; what differs is written in double braces: {{identity}} (a number the engine counts up), {{bytes}} (a
/// byte string), {{clustered}} (after a table: SQLite keeps its rows in the order of the primary key) and, as a line's beginning,
/// {{sqlite}} or {{postgres}} (a line for one engine only).
/// </summary>
public sealed partial class Migrations
{
    readonly List<Script> scripts = [];

    sealed record Script(string Module, int Number, string Name, string Text)
    {
        public Digest Digest => Digest.Of(System.Text.Encoding.UTF8.GetBytes(Text));
    }

    /// <summary>Adds a module's scripts. Modules are added in the order of their references, since later ones refer to earlier tables.</summary>
    public Migrations Of(Assembly module)
    {
        var found = module
            .GetManifestResourceNames()
            .Select(resource => (resource, match: NumberedName().Match(resource)))
            .Where(r => r.match.Success)
            .Select(r => new Script(
                module.GetName().Name!,
                int.Parse(r.match.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture),
                r.match.Groups["name"].Value,
                ReadText(module, r.resource)
            ))
            .OrderBy(s => s.Number);
        scripts.AddRange(found);
        return this;
    }

    /// <exception cref="InvalidOperationException">The records were written by a newer Lapel, or a script changed.</exception>
    public async Task Apply(AgencyRecords records, CancellationToken stop)
    {
        await records.MakeSchema(stop);
        await using (var work = await records.Begin(Actor.System("migrations"), stop))
        {
            await work.Execute(
                Translate(
                    """
                    CREATE TABLE IF NOT EXISTS migration (
                        module TEXT NOT NULL,      -- assembly that brought the script
                        number BIGINT NOT NULL,    -- the script's number within the module
                        digest TEXT NOT NULL,      -- SHA-256 of the script's text when applied
                        applied_at BIGINT NOT NULL,-- microseconds, server clock
                        PRIMARY KEY (module, number)
                    )
                    """,
                    records.Engine
                ),
                null,
                stop
            );
            await work.Commit(stop);
        }
        foreach (var script in scripts)
            await Apply(records, script, stop);
    }

    static async Task Apply(AgencyRecords records, Script script, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("migrations"), stop);
        if (records.Engine == Engine.Postgres)
            await work.Execute("LOCK TABLE migration", null, stop); // nodes that start together apply a script once
        var before = await work.One(
            "SELECT digest FROM migration WHERE module = @Module AND number = @Number",
            new { script.Module, script.Number },
            row => row.Text("digest"),
            stop
        );
        if (before == script.Digest.ToString())
            return;
        if (before is not null)
            throw new InvalidOperationException(
                $"The records were made with another text of {script.Module} {script.Number:000}-{script.Name}. Start the Lapel version that made them, or use a new data folder."
            );
        await work.Execute(Translate(script.Text, records.Engine), null, stop);
        await work.Execute(
            "INSERT INTO migration (module, number, digest, applied_at) VALUES (@Module, @Number, @Digest, @Now)",
            new
            {
                script.Module,
                script.Number,
                script.Digest,
                work.Now,
            },
            stop
        );
        await work.Commit(stop);
    }

    internal static string Translate(string text, Engine engine)
    {
        var sqlite = engine == Engine.Sqlite;
        var lines = text.Split('\n')
            .Where(line => !line.TrimStart().StartsWith(sqlite ? "{{postgres}}" : "{{sqlite}}", StringComparison.Ordinal))
            .Select(line => line.Replace(sqlite ? "{{sqlite}}" : "{{postgres}}", "", StringComparison.Ordinal));
        return string.Join('\n', lines)
            .Replace(
                "{{identity}}",
                sqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                StringComparison.Ordinal
            )
            .Replace("{{bytes}}", sqlite ? "BLOB" : "BYTEA", StringComparison.Ordinal)
            .Replace("{{clustered}}", sqlite ? "WITHOUT ROWID" : "", StringComparison.Ordinal);
    }

    static string ReadText(Assembly module, string resource)
    {
        using var reader = new StreamReader(module.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\.Migrations\.(?<number>\d{3})-(?<name>[a-z0-9-]+)\.sql$")]
    private static partial Regex NumberedName();
}
