using System.Text;

namespace Lapel.Governance;

/// <summary>Texts that come with Lapel, to begin from. They are examples with their sources, not anybody's policy.</summary>
public sealed record ShippedPolicy(string Name, string Title, string About)
{
    public static IReadOnlyList<ShippedPolicy> All { get; } =
    [
        new ShippedPolicy(
            "toronto",
            "Toronto, as publicly known",
            "Rules from published sources, each with its source; proposals where nothing was published."
        ),
        new ShippedPolicy("peel", "Peel, as publicly known", "What press reports say, with defaults to confirm and proposals."),
        new ShippedPolicy("template", "An empty policy", "Every field with a comment; the sentences are yours to write."),
    ];

    public static ShippedPolicy? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    public string ReadText() => Embedded($"{Name}.jsonc");

    public static string ReadSchema() => Embedded("policy.schema.json");

    static string Embedded(string file)
    {
        using var stream = typeof(ShippedPolicy).Assembly.GetManifestResourceStream($"policies/{file}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
