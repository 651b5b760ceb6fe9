using System.Text;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

/// <summary>Whatever the text, a parser reads it or throws <see cref="FormatException"/>.</summary>
public sealed class LogFuzzTests
{
    const int Inputs = 100_000;

    static readonly LogSigner Signer = LogSigner.NewFor("westvale");

    [Fact]
    public void Note_parsers_throw_nothing_but_FormatException() =>
        Mutate(
            [Note(), Note().Replace("\n7\n", "\n7\n\n")],
            text =>
            {
                _ = SignedNote.Parse(text);
                _ = Checkpoint.Parse(SignedNote.Parse(text).Text);
                _ = SignedNote.Open(text, Signer.Verifier.Key);
            }
        );

    [Fact]
    public void A_note_that_parses_is_written_again_as_it_was() =>
        Mutate([Note()], text => SignedNote.Parse(text).ToString().ShouldBe(text));

    [Fact]
    public void The_proof_parser_throws_nothing_but_FormatException() =>
        Mutate(
            [
                new TlogProof(3, [new byte[32], new byte[32]], Note()).ToString(),
                new TlogProof(0, [], Note()).ToString().Replace("\nindex", "\nextra AQID\nindex"),
            ],
            text => _ = TlogProof.Parse(text)
        );

    [Fact]
    public void The_key_parser_throws_nothing_but_FormatException() =>
        Mutate([Signer.VerifierKey, "w+d1a2b3c4+BAAA"], text => NoteKey.Parse(text).ToString().ShouldBe(text));

    [Fact]
    public void The_receipt_check_answers_and_never_throws()
    {
        var fact = new CustodyEvent.RecordingAdmitted(RecordingId.New(), CameraId.New(), null, Digest.Of([1]), [Digest.Of([2])]);
        var entry = LogEntry.Of(fact, Actor.System("test"), Instant.FromUnixTimeSeconds(9)).ToBytes();
        var proof = new TlogProof(3, [new byte[32]], Note()).ToString();
        Mutate(
            [Encoding.UTF8.GetString(entry)],
            text =>
                new Receipt(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), proof)
                    .WhyNotValid(Signer.Verifier)
                    .ShouldNotBeNull(),
            Inputs / 20
        );
    }

    [Fact]
    public void The_name_and_bundle_readers_never_throw()
    {
        Mutate(["tile/0/x001/x234/067.p/12", "tile/entries/000"], text => TileName.TryParse(text, out _));
        var random = new Random(3);
        for (var i = 0; i < Inputs; i++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            for (var j = 0; j < bytes.Length; j += 2)
                bytes[j] = 0;
            EntryBundle.Read(bytes);
        }
    }

    static string Note() => Signer.Sign(new(Signer.Origin, 7, new byte[32])).ToString();

    static void Mutate(string[] seeds, Action<string> read, int inputs = Inputs)
    {
        const string Odd = "\n\n\n\0\t\r +=/—A0179- \u00a0\u0085\ud800x.p\"{}[],:";
        var random = new Random(42);
        for (var i = 0; i < inputs; i++)
        {
            var text = new StringBuilder(seeds[random.Next(seeds.Length)]);
            for (var changes = random.Next(1, 5); changes > 0 && text.Length > 0; changes--)
            {
                var at = random.Next(text.Length);
                var length = random.Next(1, Math.Min(20, text.Length - at) + 1);
                switch (random.Next(5))
                {
                    case 0:
                        text.Remove(at, length);
                        break;
                    case 1:
                        text.Insert(at, Odd[random.Next(Odd.Length)]);
                        break;
                    case 2:
                        text[at] = Odd[random.Next(Odd.Length)];
                        break;
                    case 3:
                        text.Insert(random.Next(text.Length), text.ToString(at, length));
                        break;
                    default:
                        text[at] = (char)random.Next(0x250);
                        break;
                }
            }
            try
            {
                read(text.ToString());
            }
            catch (FormatException)
            {
                // the one answer that is allowed
            }
        }
    }
}
