using System.Collections.Concurrent;
using System.Text.Json;
using Lapel.CameraProgram;
using Lapel.Media;
using Shouldly;

namespace Lapel.Tests.CameraProgram;

/// <summary>
/// A camera in a temporary folder, enrolled with an agency whose private keys the test holds, and fed by hand with fragments that a
/// real ffmpeg made: a fragment a second, each beginning with a keyframe.
/// </summary>
sealed class TestCamera : IDisposable
{
    static readonly Lazy<Task<(InitSegment Init, IReadOnlyList<Fragment> Fragments)>> Footage = new(MakeFootage);

    readonly Queue<Fragment> footage;
    readonly InitSegment init;

    TestCamera(InitSegment init, IReadOnlyList<Fragment> fragments, RecorderSettings settings, string folder)
    {
        this.init = init;
        footage = new(fragments);
        Folder = folder;
        Settings = settings;
        Home = Home.At(folder);
        CameraClock = new(Clock);
        Log = LogSigner.NewFor("testford");
        Key = CameraKey.New();
        Key.Save(Home.KeyFile);
        Enrolment = new(
            "http://127.0.0.1:1/testford",
            CameraId.New(),
            "LC-TEST",
            "testford",
            "Testford Police",
            Convert.ToBase64String(Evidence.Public.Spki),
            Log.VerifierKey,
            Clock.Now()
        );
        Durable.WriteFile(Home.EnrolmentFile, JsonSerializer.SerializeToUtf8Bytes(Enrolment, LapelJson.Strict));
        SwitchOn();
    }

    public HandClock Clock { get; } = new();

    public CameraClock CameraClock { get; }

    public EvidencePrivateKey Evidence { get; } = EvidencePrivateKey.New();

    public CameraKey Key { get; }

    public LogSigner Log { get; }

    public string Folder { get; }

    public Home Home { get; }

    public Enrolment Enrolment { get; }

    public RecorderSettings Settings { get; }

    public ManifestChain Chain { get; private set; } = null!;

    public Recorder Recorder { get; private set; } = null!;

    public ConcurrentQueue<string> Said { get; } = [];

    public static async Task<TestCamera> On(RecorderSettings? settings = null)
    {
        var (init, fragments) = await Footage.Value;
        var folder = Path.Combine(Path.GetTempPath(), "lapel-camera-" + Guid.NewGuid().ToString("N")[..12]);
        return new(init, fragments, settings ?? new(Duration.FromSeconds(5), false, Duration.FromMinutes(10), 0), folder);
    }

    /// <summary>As when the power comes back: what is on disk is all there is.</summary>
    public IReadOnlyList<RecordingId> SwitchOn()
    {
        Chain = ManifestChain.Load(Home, Key);
        var recovered = PowerCut.Recover(Home, Chain);
        Recorder = new(Home, Enrolment, Chain, CameraClock, Settings, Said.Enqueue);
        Recorder.Take(init);
        return recovered;
    }

    public void RestartSource() => Recorder.Take(init);

    /// <summary>Lets seconds pass, each of which gives a fragment at its end.</summary>
    /// <param name="during">Done 0.4 s into each of them.</param>
    public void Film(int seconds, Action? during = null)
    {
        for (var i = 0; i < seconds; i++)
        {
            var fragment = footage.Dequeue();
            footage.Enqueue(fragment);
            var startedAt = CameraClock.Now();
            Clock.Pass(TimeSpan.FromMilliseconds(400));
            during?.Invoke();
            Clock.Pass(TimeSpan.FromMicroseconds(fragment.DurationUs) - TimeSpan.FromMilliseconds(400));
            Recorder.Take(new TimedFragment(fragment, startedAt));
            Recorder.Tick();
        }
    }

    public void Activate(bool urgent = false) => Recorder.Activate(new("button"), urgent).ShouldBeNull();

    /// <summary>Presses stop in the middle of a second, and waits for that second to end.</summary>
    public RecordingFolder Deactivate()
    {
        var recording = Recorder.Status().ShouldNotBeNull().Recording;
        Film(1, () => Recorder.Deactivate(new("button")).ShouldBeNull());
        Recorder.Status().ShouldBeNull();
        return Home.Folder(recording);
    }

    public RecordingFolder Record(int seconds, bool urgent = false)
    {
        Activate(urgent);
        Film(seconds);
        return Deactivate();
    }

    /// <summary>Reads the signed manifest and insists that it is signed by this camera and agrees with itself and with the files.</summary>
    public Manifest Manifest(RecordingFolder folder)
    {
        var (envelope, manifest) = SignedManifest.Read(File.ReadAllBytes(folder.Manifest));
        envelope.IsSignedBy(new(Key.Spki)).ShouldBeTrue();
        Manifests.WhyNotConsistent(manifest).ShouldBeNull();
        foreach (var clip in manifest.Clips)
        {
            var bytes = File.ReadAllBytes(folder.Sealed(clip.Number));
            bytes.LongLength.ShouldBe(clip.SealedLengthBytes);
            clip.SealedDigest.Matches(Digest.Of(bytes)).ShouldBeTrue();
        }
        return manifest;
    }

    /// <summary>The clip in clear, as the agency reads it, checked against the manifest's clear digest.</summary>
    public byte[] Unseal(RecordingFolder folder, ClipEntry clip)
    {
        using var key = Evidence.Unwrap(new(File.ReadAllBytes(folder.WrappedKey(clip.Number))), clip.Id);
        using var file = File.OpenRead(folder.Sealed(clip.Number));
        using var reader = new SealedReader(file, clip.SealedLengthBytes, key, clip.Id, clip.Complete);
        var clear = new byte[clip.ClearLengthBytes];
        for (var at = 0; at < clear.Length; )
            at += reader.Read(at, clear.AsSpan(at));
        clip.ClearDigest.Matches(Digest.Of(clear)).ShouldBeTrue();
        return clear;
    }

    public ClipIndex Index(RecordingFolder folder, ClipEntry clip)
    {
        var clear = Unseal(folder, clip);
        return ClipIndex.Read(
            (offset, into) =>
            {
                var length = (int)Math.Min(into.Length, clear.Length - offset);
                clear.AsSpan((int)offset, length).CopyTo(into);
                return length;
            },
            clear.Length
        );
    }

    /// <summary>A real receipt: the admission in a real log, with its proof under the log's signed checkpoint.</summary>
    public Receipt Admit(
        RecordingFolder folder,
        LogSigner? signedBy = null,
        Digest? manifest = null,
        IReadOnlyList<Digest>? clips = null
    )
    {
        var (envelope, stated) = SignedManifest.Read(File.ReadAllBytes(folder.Manifest));
        var admitted = new CustodyEvent.RecordingAdmitted(
            stated.Recording,
            stated.Camera,
            null,
            manifest ?? envelope.Digest,
            clips ?? [.. stated.Clips.Select(c => c.SealedDigest.Stated)]
        );
        var other = LogEntry
            .Of(new CustodyEvent.SignedIn(AccountId.New(), "password"), Actor.System("test"), Clock.Now())
            .ToBytes();
        var entry = LogEntry.Of(admitted, Actor.System("admission"), Clock.Now()).ToBytes();
        using var log = TileLog.Open(Path.Combine(Folder, "log-" + Guid.NewGuid().ToString("N")[..8]), signedBy ?? Log);
        log.Append([other, entry]);
        return log.ReceiptFor(1);
    }

    public void Dispose()
    {
        Recorder.Dispose();
        Evidence.Dispose();
        Key.Dispose();
        Log.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    static async Task<(InitSegment, IReadOnlyList<Fragment>)> MakeFootage()
    {
        var arguments = new FfmpegArguments().Add(
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x180:rate=15",
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000",
            "-t",
            "20",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            "-g",
            "15",
            "-keyint_min",
            "15",
            "-sc_threshold",
            "0",
            "-bf",
            "0",
            "-b:v",
            "200k",
            "-c:a",
            "aac",
            "-ac",
            "1",
            "-b:a",
            "48k",
            "-movflags",
            "+frag_keyframe+empty_moov+default_base_moof",
            "-f",
            "mp4",
            "pipe:1"
        );
        var bytes = await Ffmpeg.Find().Run(arguments, null, 64 << 20, TimeSpan.FromMinutes(1), CancellationToken.None);
        var stream = new FragmentStream();
        stream.Write(bytes);
        var fragments = new List<Fragment>();
        while (stream.TryRead(out var fragment))
            fragments.Add(fragment);
        return (stream.Init.ShouldNotBeNull(), fragments);
    }
}
