using Lapel.Evidence;
using Lapel.Media;
using Lapel.Records;
using Lapel.Renditions;
using Lapel.Roster;
using Lapel.Tests.Records;

namespace Lapel.Tests.Evidence;

/// <summary>An agency with a vault, an enrolled camera and an officer, and a way to admit recordings without the web.</summary>
public sealed class EvidenceRoom : IAsyncDisposable
{
    public static readonly CancellationToken Stop = CancellationToken.None;

    readonly TestAgency? house;
    readonly CameraKey cameraKey = CameraKey.New();
    long sequence;
    ClaimedDigest? previous;

    EvidenceRoom(Agency agency, TimeProvider clock, string data, TestAgency? house)
    {
        (Agency, Clock, Data) = (agency, clock, data);
        this.house = house;
    }

    public Agency Agency { get; }
    public TimeProvider Clock { get; }
    public string Data { get; }
    public AgencyRecords Records => Agency.Get<AgencyRecords>();
    public CustodyLog Log => Agency.Get<CustodyLog>();
    public IVault Vault => Agency.Get<IVault>();
    public ContentKeys Keys => Agency.Get<ContentKeys>();
    public ClearClips Clear => Agency.Get<ClearClips>();
    public Lapel.Roster.Camera Camera { get; private set; } = null!;
    public Officer Officer { get; private set; } = null!;
    public Unit Service { get; private set; } = null!;

    /// <summary>The officer's unit at the start of recordings from here on.</summary>
    public UnitId? UnitThen { get; set; }

    public static async Task<EvidenceRoom> Open()
    {
        var house = await TestAgency.Open(
            parts =>
            {
                EvidenceModule.AddParts(parts);
                RenditionsModule.AddParts(parts);
            },
            new Migrations()
                .Of(typeof(RecordsModule).Assembly)
                .Of(typeof(RosterModule).Assembly)
                .Of(typeof(EvidenceModule).Assembly)
        );
        return await In(house.Agency, house.Clock, house.Data, house);
    }

    /// <summary>The same in an agency of a whole server, whose own loop integrates the log.</summary>
    public static async Task<EvidenceRoom> In(
        Agency agency,
        TimeProvider clock,
        string data,
        TestAgency? house = null,
        Unit? service = null
    )
    {
        var room = new EvidenceRoom(agency, clock, data, house);
        await using (var work = await room.Begin())
        {
            var (_, code) = await Cameras.Expect(work, "X81-0001", "Chest 2", Stop);
            room.Camera = await Cameras.Enrol(work, code.ToString(), room.cameraKey.Spki, "X81-0001", Stop);
            room.Service = service ?? await Units.Open(work, null, "York Police", UnitKind.Service, Stop);
            room.Officer = await Officers.Enter(work, service is null ? "3101" : "3199", "Dana Reyes", null, Stop);
            await work.Commit(Stop);
        }
        await room.Integrate();
        return room;
    }

    /// <summary>Waits until all that was committed is in the log.</summary>
    public async Task Integrate()
    {
        if (house is not null)
            while (await Log.Integrate(Stop)) { }
        long last;
        await using (var reading = await Read())
            last = await reading.One("SELECT MAX(arrival) AS last FROM custody_entry", null, row => row.Number("last"), Stop);
        await Log.Integrated(last, Stop);
    }

    public Task<Work> Begin(Actor? actor = null) => Records.Begin(actor ?? TestAgency.Clerk, Stop);

    public Task<Reading> Read() => Records.Read(Stop);

    /// <summary>Seals, signs, keeps and admits a recording of these clips, as a camera and Ingest would.</summary>
    public async Task<Recording> Admit(params byte[][] clips)
    {
        var started = Clock.Now();
        var recording = RecordingId.New();
        var entries = new List<NewClip>();
        foreach (var (i, media) in clips.Index())
        {
            var id = ClipId.New();
            using var key = ContentKey.New();
            var file = Path.Combine(Agency.Folder.Uploads, id.Text);
            Digest sealedDigest;
            long sealedLength;
            await using (var to = File.Create(file))
            {
                using var seal = new SealedWriter(to, key, id);
                seal.Write(media);
                seal.Finish();
                (sealedDigest, sealedLength) = (seal.SealedDigest, seal.SealedLengthBytes);
            }
            Keys.Keep(sealedDigest, Agency.Get<EvidenceKey>().Public.Wrap(key, id));
            Vault.Keep(sealedDigest, file);
            var entry = new ClipEntry(
                i + 1,
                id,
                started + Duration.FromSeconds(5 * i),
                started + Duration.FromSeconds(5 * i + 5),
                sealedLength,
                new(sealedDigest),
                media.Length,
                new(Digest.Of(media)),
                true
            );
            entries.Add(new(entry, sealedDigest, ClipIndex.Read(Reader(media), media.Length)));
        }
        var ended = started + Duration.FromSeconds(5 * clips.Length);
        var manifest = new Manifest(
            1,
            recording,
            Camera.Id,
            Officer.Ref,
            ++sequence,
            previous,
            started,
            started,
            ended,
            new("button"),
            new("button"),
            Ending.Deactivated,
            0,
            false,
            false,
            new(40, 12, started),
            [.. entries.Select(e => e.Entry)],
            [
                new(
                    RecordingState.Muted,
                    started + Duration.FromSeconds(1),
                    started + Duration.FromSeconds(2),
                    "privacy",
                    "a home",
                    true
                ),
            ],
            [new(started + Duration.FromSeconds(3), "door opened")],
            [],
            "lapel-camera 0.1.0"
        );
        var envelope = SignedManifest.Sign(manifest, cameraKey);
        previous = new(Digest.Of(envelope));
        await using (var work = await Begin(new(ActorKind.Camera, Camera.Id.Text, Camera.Serial)))
        {
            await Recordings.Insert(
                work,
                new(manifest, envelope, cameraKey.KeyId, Camera.Serial, Officer.Ref, UnitThen, entries),
                Stop
            );
            await work.Commit(Stop);
        }
        await Integrate();
        await using var reading = await Read();
        return (await Recordings.Find(reading, recording, Stop))!;
    }

    public async Task<IReadOnlyList<Clip>> ClipsOf(Recording recording)
    {
        await using var reading = await Read();
        return await Clips.Of(reading, recording.Id, Stop);
    }

    public string SealedFile(Clip clip) => ((DiskVault)Vault).PathOf(clip.Sealed);

    public async Task<IReadOnlyList<LogCheck>> Verify(Recording recording)
    {
        Verification.Held held;
        await using (var reading = await Read())
            held = await Verification.Gather(reading, (await Recordings.Find(reading, recording.Id, Stop))!, Stop);
        return [.. Agency.Get<Verification>().Check(held, Stop)];
    }

    public static ReadAt Reader(byte[] bytes) =>
        (offset, into) =>
        {
            var left = bytes.AsSpan((int)Math.Min(offset, bytes.Length));
            left = left[..Math.Min(left.Length, into.Length)];
            left.CopyTo(into);
            return left.Length;
        };

    public static byte[] Noise(int length, int seed = 7)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Changes one byte of a file that nobody is meant to change.</summary>
    public static void Flip(string file, long at)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var open = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        Span<byte> one = stackalloc byte[1];
        RandomAccess.Read(open, one, at);
        one[0] ^= 0x20;
        RandomAccess.Write(open, one, at);
    }

    public async ValueTask DisposeAsync()
    {
        cameraKey.Dispose();
        if (house is not null)
            await house.DisposeAsync();
    }
}
