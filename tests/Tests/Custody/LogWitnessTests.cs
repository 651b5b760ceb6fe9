using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

public sealed class LogWitnessTests
{
    [Fact]
    public async Task A_witness_cosigns_each_head_and_the_log_keeps_it()
    {
        using var fixture = new LogFixture();
        await using var board = await SmallWitness.Start("board.example/w1", fixture.Signer.Verifier);
        using (var log = fixture.Open())
        {
            log.Append(SlowTree.Entries(5).AsMemory());
            var witness = board.Client();
            (await witness.Ask(log, default)).ShouldBe(new(WitnessOutcome.Cosigned, "board.example/w1 cosigned size 5."));
            log.Append(SlowTree.Entries(300)[5..].AsMemory());
            log.WitnessedNote.ShouldNotBe(log.HeadNote, "nobody has cosigned the new head");
            (await witness.Ask(log, default)).Outcome.ShouldBe(WitnessOutcome.Cosigned);
            Cosignature.On(log.HeadNote, [board.Key]).Single().Witness.Name.ShouldBe("board.example/w1");
            Cosignature.On(log.Prove(3).Note, [board.Key]).Count.ShouldBe(1, "proofs carry the cosignatures too");
            log.WitnessedNote.ShouldBe(log.HeadNote);
        }
        using var again = fixture.Open();
        Cosignature.On(again.HeadNote, [board.Key]).Count.ShouldBe(1);
        again.ReceiptFor(7).ReadProof().Note.ShouldBe(again.HeadNote);
    }

    [Fact]
    public async Task A_client_that_forgot_what_the_witness_knows_asks_again_with_the_proof_from_there()
    {
        using var fixture = new LogFixture();
        await using var board = await SmallWitness.Start("board.example/w1", fixture.Signer.Verifier);
        using var log = fixture.Open();
        log.Append(SlowTree.Entries(5).AsMemory());
        await board.Client().Ask(log, default);
        log.Append(SlowTree.Entries(9)[5..].AsMemory());
        (await board.Client().Ask(log, default)).Outcome.ShouldBe(WitnessOutcome.Cosigned);
        board.Answers.ShouldBe([200, 409, 200]);
    }

    [Fact]
    public async Task Several_witnesses_stand_under_one_head()
    {
        using var fixture = new LogFixture();
        await using var board = await SmallWitness.Start("board.example/w1", fixture.Signer.Verifier);
        await using var university = await SmallWitness.Start("university.example/w", fixture.Signer.Verifier);
        using var log = fixture.Open();
        log.Append(SlowTree.Entries(5).AsMemory());
        await board.Client().Ask(log, default);
        await university.Client().Ask(log, default);
        await board.Client().Ask(log, default);
        Cosignature.On(log.HeadNote, [board.Key, university.Key]).Select(c => c.Witness.Name).Distinct().Count().ShouldBe(2);
        log.Verifier.Open(log.HeadNote).ShouldBe(log.Head);
    }

    [Fact]
    public async Task A_rolled_back_or_forked_log_is_disputed()
    {
        using var fixture = new LogFixture();
        await using var board = await SmallWitness.Start("board.example/w1", fixture.Signer.Verifier);
        using (var log = fixture.Open())
        {
            log.Append(SlowTree.Entries(9).AsMemory());
            await board.Client().Ask(log, default);
        }
        foreach (var entries in new[] { SlowTree.Entries(5), SlowTree.Entries(10)[1..], SlowTree.Entries(20)[1..] })
        {
            Directory.Delete(Path.Combine(fixture.Folder, "tile"), recursive: true);
            File.Delete(Path.Combine(fixture.Folder, "checkpoint"));
            File.Delete(Path.Combine(fixture.Folder, "checkpoint.witnessed"));
            using var log = fixture.Open();
            log.Append(entries.AsMemory());
            (await board.Client().Ask(log, default)).Outcome.ShouldBe(WitnessOutcome.HistoryDisputed, $"{entries.Count} entries");
        }
        board.Answers.ShouldBe([200, 409, 409, 409, 409, 422]);
    }

    [Fact]
    public async Task Unknown_logs_keys_and_silent_witnesses_are_told_apart()
    {
        using var fixture = new LogFixture();
        using var log = fixture.Open();
        using var otherLog = LogSigner.New("example.com/other");
        using var otherKey = LogSigner.New(fixture.Signer.Origin);
        await using var stranger = await SmallWitness.Start("board.example/w1", otherLog.Verifier);
        await using var mistaken = await SmallWitness.Start("board.example/w2", otherKey.Verifier);
        (await stranger.Client().Ask(log, default)).Outcome.ShouldBe(WitnessOutcome.LogUnknown);
        (await mistaken.Client().Ask(log, default)).Outcome.ShouldBe(WitnessOutcome.KeyRefused);
        var silent = mistaken.Client();
        await mistaken.DisposeAsync();
        (await silent.Ask(log, default)).Outcome.ShouldBe(WitnessOutcome.Unreachable);
        log.WitnessedNote.ShouldBeNull();
    }

    [Fact]
    public async Task A_cosignature_by_another_key_is_not_kept()
    {
        using var fixture = new LogFixture();
        await using var board = await SmallWitness.Start("board.example/w1", fixture.Signer.Verifier);
        using var impostor = Ed25519.FromSeed(RandomNumberGenerator.GetBytes(32));
        using var log = fixture.Open();
        var before = log.HeadNote;
        var client = new Witness(
            new HttpClient(),
            board.Address,
            NoteKey.Of("board.example/w1", NoteKeyKind.Witness, impostor.PublicKey)
        );
        (await client.Ask(log, default)).Outcome.ShouldBe(WitnessOutcome.Unreachable);
        log.HeadNote.ShouldBe(before);
    }
}

/// <summary>A witness as C2SP tlog-witness describes it, in memory, over real HTTP on loopback.</summary>
sealed class SmallWitness : IAsyncDisposable
{
    readonly Ed25519 key = Ed25519.FromSeed(RandomNumberGenerator.GetBytes(32));
    readonly WebApplication app;
    readonly string name;
    readonly LogVerifier trusted;
    Checkpoint? latest;

    SmallWitness(string name, LogVerifier trusted, WebApplication app)
    {
        this.name = name;
        this.trusted = trusted;
        this.app = app;
        Key = NoteKey.Of(name, NoteKeyKind.Witness, key.PublicKey);
    }

    public NoteKey Key { get; }

    public Uri Address => new(app.Urls.Single());

    public List<int> Answers { get; } = [];

    public Witness Client() => new(new HttpClient(), Address, Key);

    public static async Task<SmallWitness> Start(string name, LogVerifier trusted)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var witness = new SmallWitness(name, trusted, app);
        app.MapPost("/add-checkpoint", witness.AddCheckpoint);
        await app.StartAsync();
        return witness;
    }

    async Task<IResult> AddCheckpoint(HttpRequest request)
    {
        var (status, body, type) = Answer(await new StreamReader(request.Body).ReadToEndAsync());
        Answers.Add(status);
        return Results.Text(body, type, Encoding.UTF8, status);
    }

    (int Status, string Body, string Type) Answer(string body)
    {
        const string Plain = "text/plain";
        var cut = body.IndexOf("\n\n", StringComparison.Ordinal);
        var lines = body[..cut].Split('\n');
        lines[0].ShouldStartWith("old ");
        var old = long.Parse(lines[0][4..], CultureInfo.InvariantCulture);
        var proof = lines[1..].Select(Convert.FromBase64String).ToList();
        var note = body[(cut + 2)..];
        var offered = Checkpoint.Parse(SignedNote.Parse(note).Text);
        if (offered.Origin != trusted.Origin)
            return (404, "", Plain);
        if (!SignedNote.Parse(note).IsSignedBy(trusted.Key))
            return (403, "", Plain);
        if (old > offered.Size)
            return (400, "", Plain);
        if (old != (latest?.Size ?? 0) || (latest?.Size == offered.Size && !latest.Equals(offered)))
            return (409, string.Create(CultureInfo.InvariantCulture, $"{latest?.Size ?? 0}\n"), "text/x.tlog.size");
        if (latest is not null && !Merkle.VerifyConsistency(old, latest.Root, offered.Size, offered.Root, proof))
            return (422, "", Plain);
        latest = offered;
        return (200, $"{Cosignature.Sign(offered, name, key, Instant.FromUnixTimeSeconds(1679315147))}\n", Plain);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }
}
