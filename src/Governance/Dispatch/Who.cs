namespace Lapel.Governance;

/// <summary>The officers and the call-sign roster, read once for a batch.</summary>
sealed class Who : IWho
{
    readonly Dictionary<string, OfficerId> byBadge;
    readonly Dictionary<OfficerId, string> badges;
    readonly ILookup<string, CallSign> crews;

    Who(IReadOnlyList<Officer> officers, IEnumerable<CallSign> roster)
    {
        byBadge = officers.ToDictionary(o => o.Badge, o => o.Id, StringComparer.Ordinal);
        badges = officers.ToDictionary(o => o.Id, o => o.Badge);
        crews = roster.ToLookup(c => c.Sign, StringComparer.OrdinalIgnoreCase);
    }

    public static async Task<Who> Load(Reading reading, IReadOnlyList<SaidIncident> said, CancellationToken stop) =>
        await OfCars(
            reading,
            said.SelectMany(s => s.Parts).Where(p => p.Badge.Length == 0).Select(p => p.CallSign).OfType<string>(),
            stop
        );

    public static async Task<Who> OfCars(Reading reading, IEnumerable<string> signs, CancellationToken stop) =>
        new(await Officers.All(reading, stop), await CallSigns.Of(reading, signs, stop));

    public OfficerId? WithBadge(string badge) => byBadge.TryGetValue(badge, out var officer) ? officer : null;

    public IReadOnlyList<(string Badge, OfficerId Officer)> InCar(string callSign, Instant at) =>
        [.. crews[callSign].Where(c => c.From <= at && at < c.Until).Select(c => (badges[c.Officer], c.Officer))];
}
