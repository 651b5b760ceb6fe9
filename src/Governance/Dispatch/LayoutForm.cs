namespace Lapel.Governance;

/// <summary>The mapping editor's fields.</summary>
static class LayoutForm
{
    public static DispatchLayout Read(Form form, DispatchLayout before)
    {
        var fields = new List<FieldRule>();
        foreach (var field in Enum.GetValues<DispatchField>())
        {
            var word = Words<DispatchField>.Of(field);
            string[] columns = [.. new[] { form.TextOrNull($"column-{word}"), form.TextOrNull($"or-{word}") }.OfType<string>()];
            if (columns.Length > 0 || form.TextOrNull($"constant-{word}") is not null)
                fields.Add(new(field, columns, form.TextOrNull($"constant-{word}")));
        }
        return new(
            form.TextOrNull("name") ?? before.Name,
            fields,
            Lines(form.Raw("formats")),
            form.TextOrNull("zone"),
            [.. Lines(form.Raw("activities")).Select(Rule)],
            form.Ticked("whole")
        );
    }

    static List<string> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>A line like <c>TRAFFIC* = investigation</c>.</summary>
    static ActivityRule Rule(string line)
    {
        var at = line.LastIndexOf('=');
        return at > 0 && Words<Activity>.TryParse(line[(at + 1)..].Trim().ToLowerInvariant(), out var activity)
            ? new(line[..at].Trim(), activity)
            : throw new RefusedException(
                new(
                    "layout-activity-unreadable",
                    $"The line '{line}' is not understood: write a call type, an equals sign and call, investigation, questioning, transport or other."
                )
            );
    }
}
