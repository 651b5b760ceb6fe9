using System.Globalization;
using System.Net;
using System.Text;

namespace Lapel.Custody;

public enum WitnessOutcome
{
    /// <summary>The witness cosigned the present head; the log keeps it.</summary>
    Cosigned,

    /// <summary>No answer, or one that only a broken or busy witness gives. Ask again later.</summary>
    Unreachable,

    /// <summary>404: the witness does not know this log. Its operator has to add the log's verifier key.</summary>
    LogUnknown,

    /// <summary>403: the witness knows the log, but another key of it.</summary>
    KeyRefused,

    /// <summary>The witness has seen a larger tree, or another one of this size: the log was rolled back or forked. Raise the
    /// alarm.</summary>
    HistoryDisputed,
}

/// <param name="Sentence">For people: the health page and the operator's log.</param>
public sealed record WitnessAnswer(WitnessOutcome Outcome, string Sentence);

/// <summary>
/// Client of one outside witness (C2SP tlog-witness, "add-checkpoint"). It needs no memory across starts: a witness that remembers
/// another size says so, and is asked again with the proof from there.
/// </summary>
/// <param name="http">With a time-out that suits the network.</param>
/// <param name="submissionPrefix">URL before <c>/add-checkpoint</c>.</param>
public sealed class Witness(HttpClient http, Uri submissionPrefix, NoteKey key)
{
    const int MaxAnswerLengthBytes = 64 * 1024;
    const int MaxAttempts = 4;
    readonly Uri address = new($"{submissionPrefix.ToString().TrimEnd('/')}/add-checkpoint");
    long known; // the size this witness cosigned last, as far as we know

    public string Name => key.Name;

    public NoteKey Key => key;

    /// <summary>Asks for a cosignature on the log's present head and lets the log keep it.</summary>
    public async Task<WitnessAnswer> Ask(TileLog log, CancellationToken stop)
    {
        if (key.Kind != NoteKeyKind.Witness)
            throw new InvalidOperationException($"{key.Name} is not a witness's key.");
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var note = log.HeadNote;
            var head = log.Verifier.Open(note);
            var old = Math.Min(known, head.Size);
            HttpStatusCode status;
            string body;
            try
            {
                (status, body) = await Post(Request(log, old, head.Size, note), stop);
            }
            catch (Exception e)
                when (e is HttpRequestException or IOException
                    || (e is OperationCanceledException && !stop.IsCancellationRequested)
                )
            {
                return new(WitnessOutcome.Unreachable, $"{Name} did not answer: {e.Message}");
            }
            var remembers = NoteText.TryDecimal(body.TrimEnd('\n'), out var size) ? size : -1;
            if (status == HttpStatusCode.Conflict && remembers >= 0 && remembers != old && remembers <= log.Size)
                known = remembers; // an earlier run of ours, or another copy of this client, went further: again, with the proof from there
            else
                return status == HttpStatusCode.OK ? Accept(log, note, head, body) : Refused(status, body, head, old);
        }
        return new(
            WitnessOutcome.Unreachable,
            $"{Name} changed its mind about the size {MaxAttempts} times; somebody else asks it too."
        );
    }

    WitnessAnswer Refused(HttpStatusCode status, string body, Checkpoint head, long old) =>
        status switch
        {
            HttpStatusCode.Conflict => new(
                WitnessOutcome.HistoryDisputed,
                $"{Name} has seen another history of this log: it remembers size {body.Trim()}, the log has {head.Size}."
            ),
            HttpStatusCode.UnprocessableEntity => new(
                WitnessOutcome.HistoryDisputed,
                $"{Name} does not accept that size {head.Size} continues the size {old} that it remembers."
            ),
            HttpStatusCode.NotFound => new(WitnessOutcome.LogUnknown, $"{Name} does not know the log {head.Origin}."),
            HttpStatusCode.Forbidden => new(WitnessOutcome.KeyRefused, $"{Name} trusts no key that signs this log."),
            _ => new(WitnessOutcome.Unreachable, $"{Name} answered {(int)status}."),
        };

    WitnessAnswer Accept(TileLog log, string note, Checkpoint head, string body)
    {
        try
        {
            // "the client MAY concatenate it to the checkpoint, and use a note verification function"
            var opened = SignedNote.Open(note + body, log.Verifier.Key, key);
            if (!opened.Signatures.Any(s => s.ClaimsToBeBy(key)))
                return new(WitnessOutcome.Unreachable, $"{Name} answered without a cosignature of its key.");
            log.Keep(opened);
            known = head.Size;
            return new(WitnessOutcome.Cosigned, $"{Name} cosigned size {head.Size}.");
        }
        catch (FormatException e)
        {
            return new(WitnessOutcome.Unreachable, $"{Name} answered with something else than a cosignature: {e.Message}");
        }
    }

    static string Request(TileLog log, long old, long size, string note)
    {
        var request = new StringBuilder();
        request.Append(CultureInfo.InvariantCulture, $"old {old}\n");
        foreach (var hash in log.Consistency(old, size))
            request.Append(Convert.ToBase64String(hash)).Append('\n');
        return request.Append('\n').Append(note).ToString();
    }

    async Task<(HttpStatusCode Status, string Body)> Post(string body, CancellationToken stop)
    {
        using var content = new ByteArrayContent(NoteText.Utf8(body));
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        await answer.Content.LoadIntoBufferAsync(MaxAnswerLengthBytes, stop);
        return (answer.StatusCode, Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(stop)));
    }
}
