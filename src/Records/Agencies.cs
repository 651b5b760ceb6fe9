using System.Text.Json;

namespace Lapel.Records;

/// <param name="Data">The folder that holds agencies/.</param>
/// <param name="Keys">Where keys live when not beside the data; one folder per agency inside.</param>
/// <param name="RecordsUrl"><c>postgres://…</c>, or none for SQLite in the agency's folder.</param>
public sealed record HouseFolders(string Data, string? Keys = null, string? RecordsUrl = null)
{
    public string Agencies => Path.Combine(Data, "agencies");

    public AgencyFolder Of(string slug)
    {
        var root = Path.Combine(Agencies, slug);
        return new(root, Keys is null ? Path.Combine(root, "keys") : Path.Combine(Keys, slug));
    }
}

/// <summary>All agencies that this server hosts. It opens them at start and founds new ones; nothing else knows more than one.</summary>
public sealed class Agencies(HouseFolders folders, AgencyParts parts, Migrations migrations) : IAsyncDisposable
{
    readonly Dictionary<string, Agency> open = [];
    readonly SemaphoreSlim founding = new(1, 1);

    public HouseFolders Folders => folders;

    public IReadOnlyCollection<Agency> All
    {
        get
        {
            lock (open)
                return [.. open.Values.OrderBy(a => a.Profile.Slug, StringComparer.Ordinal)];
        }
    }

    public event Action<Agency>? OnOpened;

    public Agency? Find(string slug)
    {
        lock (open)
            return open.GetValueOrDefault(slug);
    }

    public async Task OpenAll(CancellationToken stop)
    {
        Directory.CreateDirectory(folders.Agencies);
        foreach (var folder in Directory.EnumerateDirectories(folders.Agencies).Order(StringComparer.Ordinal))
        {
            var at = folders.Of(Path.GetFileName(folder));
            // A folder without a profile is an agency whose founding was cut short: founding it again completes it.
            if (File.Exists(at.ProfileFile))
                await Open(ReadProfile(at), at, stop);
        }
    }

    /// <summary>Makes the folder, the records and, last, the profile: only then does the agency exist.</summary>
    /// <returns>The agency, opened; or none when one of that name exists.</returns>
    public async Task<Agency?> Found(AgencyProfile profile, Func<Agency, Task> prepare, CancellationToken stop)
    {
        if (AgencyProfile.WhyNotSlug(profile.Slug) is { } why)
            throw new ArgumentException(why, nameof(profile));
        await founding.WaitAsync(stop);
        try
        {
            var at = folders.Of(profile.Slug);
            if (Find(profile.Slug) is not null || File.Exists(at.ProfileFile))
                return null;
            var agency = await Prepare(profile, at, stop);
            await prepare(agency);
            Durable.WriteFile(at.ProfileFile, JsonSerializer.SerializeToUtf8Bytes(profile, LapelJson.Strict));
            Announce(agency);
            return agency;
        }
        finally
        {
            founding.Release();
        }
    }

    static AgencyProfile ReadProfile(AgencyFolder at) =>
        JsonSerializer.Deserialize<AgencyProfile>(File.ReadAllBytes(at.ProfileFile), LapelJson.Strict)
        ?? throw new InvalidDataException($"{at.ProfileFile} is empty.");

    async Task Open(AgencyProfile profile, AgencyFolder at, CancellationToken stop) => Announce(await Prepare(profile, at, stop));

    async Task<Agency> Prepare(AgencyProfile profile, AgencyFolder at, CancellationToken stop)
    {
        foreach (var folder in new[] { at.Root, at.Vault, at.Uploads, at.Quarantine, at.Log, at.Renditions })
            Directory.CreateDirectory(folder);
        foreach (var folder in new[] { at.Keys, at.ContentKeys })
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var agency = new Agency(profile, at, parts);
        await migrations.Apply(agency.Get<AgencyRecords>(), stop);
        return agency;
    }

    void Announce(Agency agency)
    {
        lock (open)
            open.Add(agency.Profile.Slug, agency);
        OnOpened?.Invoke(agency);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agency in All)
            await agency.Close();
        founding.Dispose();
    }
}
