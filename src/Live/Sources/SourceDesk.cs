namespace Lapel.Live;

/// <summary>Gives, rotates and revokes live sources: records, secrets and ports together, one at a time.</summary>
public sealed class SourceDesk
{
    // Ports are the machine's, and several agencies share one: two are never given the same.
    static readonly SemaphoreSlim Turn = new(1);

    readonly string agency;
    readonly AgencyRecords records;
    readonly SourceSecrets secrets;
    readonly SourcesAtWork work;

    internal SourceDesk(string agency, AgencyRecords records, SourceSecrets secrets, SourcesAtWork work, SourceWays? ways) =>
        (this.agency, this.records, this.secrets, this.work, Ways) = (agency, records, secrets, work, ways);

    /// <summary>None where this server takes no such streams.</summary>
    public SourceWays? Ways { get; }

    public async Task<IReadOnlyList<SourceRoutes.SourceShown>> All(CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return [.. (await LiveSources.All(reading, stop)).Select(s => new SourceRoutes.SourceShown(s, work.StateOf(s.Camera)))];
    }

    /// <param name="host">The server's name, as whoever gives it reached it: the camera is told the same.</param>
    /// <exception cref="RefusedException">See <see cref="LiveSources.WhyNotGive"/>; and no port may be free.</exception>
    public async Task<SourceRoutes.SourceGiven> Give(
        SourceRoutes.AskSource ask,
        string host,
        Actor who,
        Agencies agencies,
        CancellationToken stop
    )
    {
        var ways = Ways ?? throw new RefusedException(LiveSources.Off);
        if (!ways.Takes(ask.Kind))
            throw new RefusedException(LiveSources.OtherWay);
        _ = Uri.TryCreate(ask.Address, UriKind.Absolute, out var address);
        await Turn.WaitAsync(stop);
        try
        {
            var taken = await TakenPorts(agencies, stop);
            await using var given = await records.Begin(who, stop);
            var there = await LiveSources.Find(given, ask.Camera, stop);
            var camera = await Cameras.Find(given, ask.Camera, stop);
            if (LiveSources.WhyNotGive(camera, there, ask.Kind, address, ask.RecordsByItself) is { } refusal)
                throw new RefusedException(refusal);
            var (isSrt, isAsked) = (ask.Kind == SourceKind.Srt, ask.Kind == SourceKind.Rtsp);
            var port = isSrt ? ways.Srt!.Free(taken) : null;
            if (isSrt && port is null)
                throw new RefusedException(
                    new("live-source-ports", "Every port for live sources is in use.", RefusalKind.Conflict)
                );
            var secret = isAsked ? new SourceSecret(ask.User, ask.Password) : new(null, LiveSources.NewSecret());
            var source = new LiveSource(
                ask.Camera,
                ask.Kind,
                port,
                isAsked ? address!.AbsoluteUri : null,
                given.Now,
                who.Name,
                given.Now,
                given.Now
            );
            await LiveSources.Give(given, source, stop);
            secrets.Keep(ask.Camera, secret);
            await given.Commit(stop);
            return Given(source, isAsked ? null : secret.Password, host);
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>When this returns the passphrase or key before opens nothing any more.</summary>
    public async Task<SourceRoutes.SourceGiven> Rotate(CameraId camera, string host, Actor who, CancellationToken stop)
    {
        var secret = LiveSources.NewSecret();
        LiveSource source;
        await using (var rotated = await records.Begin(who, stop))
        {
            source = (await Found(rotated, camera, stop)) with { SecretAt = rotated.Now };
            if (source.Kind == SourceKind.Rtsp)
                throw new RefusedException(
                    new(
                        "live-source-no-secret",
                        "The camera keeps this password: revoke the source and give it anew.",
                        RefusalKind.Conflict
                    )
                );
            await LiveSources.Rotate(rotated, camera, stop);
            secrets.Keep(camera, new(null, secret));
            await rotated.Commit(stop);
        }
        await work.Keep(stop); // ends sessions in works of its own: ours has to be over
        return Given(source, secret, host);
    }

    public async Task Resume(CameraId camera, Actor who, CancellationToken stop)
    {
        await using var resumed = await records.Begin(who, stop);
        _ = await Found(resumed, camera, stop);
        await LiveSources.Resume(resumed, camera, stop);
        await resumed.Commit(stop);
    }

    /// <summary>When this returns its stream is over and nobody listens for it.</summary>
    public async Task Revoke(CameraId camera, string reason, Actor who, CancellationToken stop)
    {
        if (reason.Trim().Length is 0 or > 280)
            throw new RefusedException(new("reason-missing", "Say in one line why the source is revoked."));
        await using (var revoked = await records.Begin(who, stop))
        {
            _ = await Found(revoked, camera, stop);
            await LiveSources.Revoke(revoked, camera, reason.Trim(), stop);
            await revoked.Commit(stop);
        }
        secrets.Forget(camera);
        await work.Keep(stop);
    }

    SourceRoutes.SourceGiven Given(LiveSource source, string? secret, string host) =>
        new(source, secret, Ways?.PushTo(source, host, agency));

    static async Task<LiveSource> Found(Reading reading, CameraId camera, CancellationToken stop) =>
        await LiveSources.Find(reading, camera, stop) ?? throw new RefusedException(LiveSources.NotFound);

    static async Task<HashSet<int>> TakenPorts(Agencies agencies, CancellationToken stop)
    {
        var taken = new HashSet<int>();
        foreach (var agency in agencies.All)
        {
            await using var reading = await agency.Get<AgencyRecords>().Read(stop);
            taken.UnionWith((await LiveSources.All(reading, stop)).Select(s => s.Port ?? 0));
        }
        return taken;
    }
}
