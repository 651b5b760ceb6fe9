using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Lapel.Records;

/// <summary>
/// One police service, and the tenant: its own records, vault, keys, log and folder. Nothing crosses from one agency to another,
/// because nothing outside this object knows two of them.
/// </summary>
public sealed class Agency : ICloses
{
    readonly ConcurrentDictionary<Type, Lazy<object>> parts = new();
    readonly AgencyParts declared;

    internal Agency(AgencyProfile profile, AgencyFolder folder, AgencyParts declared)
    {
        Profile = profile;
        Folder = folder;
        this.declared = declared;
    }

    public AgencyProfile Profile { get; }

    public AgencyFolder Folder { get; }

    /// <summary>The agency's one instance of a part that a module declared with <see cref="AgencyParts.Add{T}"/>.</summary>
    public T Get<T>()
        where T : class => (T)Get(typeof(T));

    internal object Get(Type type) =>
        parts
            .GetOrAdd(
                type,
                t =>
                    new(() =>
                        declared.Makers.TryGetValue(t, out var make)
                            ? make(this)
                            : throw new InvalidOperationException($"No module declares {t.Name} as a part of an agency.")
                    )
            )
            .Value;

    /// <summary>The operator's journal (standard output), for what no person in a browser can mend.</summary>
    public ILogger<T> Journal<T>() => declared.Logs.CreateLogger<T>();

    public async ValueTask Close()
    {
        foreach (var part in parts.Values.Where(p => p.IsValueCreated).Select(p => p.Value).OfType<ICloses>())
            await part.Close();
    }
}

/// <summary>
/// A part of an agency that has something to let go of at the end. Not IDisposable: parts are handed to requests as services, and
/// the container would dispose a disposable one with the first request that used it.
/// </summary>
public interface ICloses
{
    ValueTask Close();
}

/// <param name="Slug">Names the agency in URLs, folders and schemas: 2-32 of a-z, 0-9 and hyphen, beginning with a letter.</param>
/// <param name="TimeZone">IANA name; the agency's days and wall clock.</param>
/// <param name="Demo">Made-up people, sign-in by one click, and a banner that says so.</param>
public sealed record AgencyProfile(string Slug, string Name, string TimeZone, bool Demo)
{
    public static string? WhyNotSlug(string slug) =>
        slug.Length is >= 2 and <= 32
        && char.IsAsciiLetterLower(slug[0])
        && slug.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? null
            : "An agency's short name has 2 to 32 of a-z, 0-9 and hyphen, and begins with a letter.";
}

/// <summary>
/// Where an agency keeps things. With defaults all of it is one folder: back it up by copying it. The keys folder can be elsewhere
/// (<c>--keys</c>), so that a stolen disk holds content without keys.
/// </summary>
public sealed record AgencyFolder(string Root, string Keys)
{
    public string ProfileFile => Path.Combine(Root, "agency.json");
    public string Database => Path.Combine(Root, "records.db");
    public string Vault => Path.Combine(Root, "vault");
    public string Uploads => Path.Combine(Root, "uploads");
    public string Quarantine => Path.Combine(Root, "quarantine");
    public string Log => Path.Combine(Root, "log");
    public string Renditions => Path.Combine(Root, "renditions");

    /// <summary>Clinical notes: a store of their own, encrypted to keys that only a clinician's own link opens.</summary>
    public string Clinical => Path.Combine(Root, "clinical");
    public string ClinicalKeys => Path.Combine(Keys, "clinical");

    /// <summary>Wrapped content keys, one file each, apart from the content and from the database.</summary>
    public string ContentKeys => Path.Combine(Keys, "content");
    public string LogKey => Path.Combine(Keys, "log.key");
    public string EvidenceKey => Path.Combine(Keys, "evidence.key");
}

/// <summary>What every agency is made of; modules add to it at start-up, Program.cs names the modules.</summary>
public sealed class AgencyParts(ILoggerFactory logs)
{
    internal ILoggerFactory Logs => logs;

    internal Dictionary<Type, Func<Agency, object>> Makers { get; } = [];
    readonly List<Func<Agency, IFollower>> followers = [];
    readonly List<Func<Agency, IJob>> jobs = [];

    public AgencyParts Add<T>(Func<Agency, T> make)
        where T : class
    {
        Makers.Add(typeof(T), make);
        return this;
    }

    public AgencyParts AddFollower(Func<Agency, IFollower> make)
    {
        followers.Add(make);
        return this;
    }

    public AgencyParts AddJob(Func<Agency, IJob> make)
    {
        jobs.Add(make);
        return this;
    }

    internal IReadOnlyList<IFollower> FollowersOf(Agency agency) => [.. followers.Select(make => make(agency))];

    internal IReadOnlyList<IJob> JobsOf(Agency agency) => [.. jobs.Select(make => make(agency))];
}
