namespace Lapel.Governance;

/// <summary>The mappings that an agency has: three that Lapel brings, and those that people saved.</summary>
public static class Layouts
{
    static FieldRule Of(DispatchField field, params string[] columns) => new(field, columns);

    /// <summary>The five columns that other makers' programmes ask agencies to export already.</summary>
    public static readonly DispatchLayout FiveColumns = new(
        "Five columns",
        [
            Of(DispatchField.Number, "Event ID"),
            Of(DispatchField.Badge, "Officer Badge ID"),
            Of(DispatchField.Dispatched, "Officer Dispatched DateTime"),
            Of(DispatchField.Cleared, "Officer Cleared DateTime"),
            Of(DispatchField.CallType, "Call type"),
        ],
        [LayoutTimes.Iso, "MM/dd/uuuu HH:mm:ss", "MM/dd/uuuu HH:mm"],
        null,
        []
    );

    /// <summary>
    /// Seattle's open data "Call Data": one row per call sign, Pacific time. Public files name no officers; the call-sign roster does.
    /// </summary>
    public static readonly DispatchLayout Seattle = new(
        "Seattle call data",
        [
            Of(DispatchField.Number, "CAD Event Number"),
            Of(DispatchField.PartId, "Call Sign Dispatch ID"),
            Of(DispatchField.CallSign, "Call Sign Dispatch ID"),
            Of(DispatchField.CallType, "Final Call Type", "Initial Call Type"),
            Of(DispatchField.Priority, "Priority"),
            Of(DispatchField.Address, "Dispatch Address"),
            Of(DispatchField.Received, "CAD Event Original Time Queued"),
            Of(DispatchField.Dispatched, "Call Sign Dispatch Time"),
            Of(DispatchField.Arrived, "Call Sign At Scene Time"),
            Of(DispatchField.Cleared, "Call Sign In-Service Time"),
            Of(DispatchField.Activity, "Call Type"),
        ],
        ["MM/dd/uuuu hh:mm:ss tt", "uuuu MMM dd hh:mm:ss tt", LayoutTimes.Iso],
        "America/Los_Angeles",
        [new("ONVIEW*", Activity.Investigation)]
    );

    /// <summary>Everything that Lapel can read, under Lapel's own names: for whoever can choose.</summary>
    public static readonly DispatchLayout Full = new(
        "Lapel's own",
        [
            Of(DispatchField.Number, "incident"),
            Of(DispatchField.PartId, "part"),
            Of(DispatchField.Badge, "badge"),
            Of(DispatchField.CallSign, "call_sign"),
            Of(DispatchField.CallType, "call_type"),
            Of(DispatchField.Priority, "priority"),
            Of(DispatchField.Address, "address"),
            Of(DispatchField.Place, "place"),
            Of(DispatchField.Exigency, "exigency"),
            Of(DispatchField.Activity, "activity"),
            Of(DispatchField.Received, "received"),
            Of(DispatchField.Dispatched, "dispatched"),
            Of(DispatchField.EnRoute, "en_route"),
            Of(DispatchField.Arrived, "arrived"),
            Of(DispatchField.Cleared, "cleared"),
            Of(DispatchField.MergedInto, "merged_into"),
            Of(DispatchField.Withdrawn, "withdrawn"),
        ],
        [LayoutTimes.Iso],
        null,
        []
    );

    public static readonly IReadOnlyList<DispatchLayout> BuiltIn = [FiveColumns, Seattle, Full];

    /// <summary>Lapel's own first, then people's by name. One saved under a built-in name takes its place.</summary>
    public static async Task<IReadOnlyList<DispatchLayout>> All(Reading reading, CancellationToken stop)
    {
        var saved = await reading.Many(
            "SELECT layout FROM dispatch_layout ORDER BY name",
            null,
            row => DispatchLayout.FromJson(row.Text("layout")),
            stop
        );
        return [.. BuiltIn.Where(b => saved.All(s => s.Name != b.Name)), .. saved];
    }

    public static async Task<DispatchLayout?> Find(Reading reading, string name, CancellationToken stop) =>
        (await All(reading, stop)).FirstOrDefault(l => string.Equals(l.Name, name.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <exception cref="RefusedException">See <see cref="DispatchLayout.WhyNot"/>.</exception>
    public static async Task Save(Work work, AccountId by, DispatchLayout layout, CancellationToken stop)
    {
        if (DispatchLayout.WhyNot(layout) is { } refusal)
            throw new RefusedException(refusal);
        await work.Execute(
            """
            INSERT INTO dispatch_layout (name, layout, changed_by, changed_at) VALUES (@Name, @json, @by, @Now)
            ON CONFLICT (name) DO UPDATE SET layout = @json, changed_by = @by, changed_at = @Now
            """,
            new
            {
                layout.Name,
                json = layout.ToJson(),
                by,
                work.Now,
            },
            stop
        );
    }

    /// <summary>A built-in one that was changed is again as Lapel brings it.</summary>
    public static Task<int> Remove(Work work, string name, CancellationToken stop) =>
        work.Execute("DELETE FROM dispatch_layout WHERE name = @name", new { name }, stop);

    /// <summary>The mapping whose columns this header has all of; the one with the most columns when several fit.</summary>
    public static DispatchLayout? Guess(IReadOnlyList<DispatchLayout> layouts, IReadOnlyList<string> header) =>
        layouts
            .Where(l => RowReading.MissingColumns(l, header).Count == 0)
            .OrderByDescending(l => l.Fields.Count(f => f.Columns.Count > 0))
            .FirstOrDefault();
}
