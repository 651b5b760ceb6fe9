using System.Globalization;
using System.Net;
using System.Text;

namespace Lapel.Evidence;

/// <summary>The two files of an export that people read: a page that needs no server, and how to check it all without Lapel.</summary>
static class ExportPage
{
    public static string Html(
        AgencyProfile agency,
        Recording recording,
        Manifest manifest,
        IReadOnlyList<(long Position, LogEntry Entry)> custody,
        byte[] style
    )
    {
        var page = new StringBuilder();
        page.Append(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n"
        );
        page.Append(
            CultureInfo.InvariantCulture,
            $"<title>Recording of {Wall(recording.StartedAt, agency)}</title>\n<style>{Encoding.UTF8.GetString(style)}</style></head><body>\n"
        );
        page.Append(CultureInfo.InvariantCulture, $"<h1>Recording of {Wall(recording.StartedAt, agency)}</h1>\n");
        page.Append(
            CultureInfo.InvariantCulture,
            $"<p class=\"lead\">{Text(agency.Name)}{(recording.Officer is { } o ? $" · {Text(o.Name)}, badge {Text(o.Badge)}" : "")} · camera {Text(recording.CameraSerial)}</p>\n"
        );
        foreach (var clip in manifest.Clips)
            page.Append(
                CultureInfo.InvariantCulture,
                $"""
                <figure><video controls preload="metadata" src="{ExportFolder.MediaOf(clip.Number)}"></video>
                <figcaption>Clip {clip.Number} of {manifest.Clips.Count}, from {Wall(
                    clip.StartedAt,
                    agency
                )} (camera's clock). SHA-256 of the media: <code>{clip.ClearDigest.Stated.Hex}</code></figcaption></figure>

                """
            );
        Facts(page, agency, recording, manifest);
        Moments(page, agency, manifest);
        page.Append(
            "<h2>Custody</h2>\n<table><thead><tr><th>Entry</th><th>When (server's clock)</th><th>Who and what</th></tr></thead><tbody>\n"
        );
        foreach (var (position, entry) in custody)
        {
            var words = CustodySentences.Of(entry.Event);
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td class=\"num\"><a href=\"{ExportFolder.EntryOf(position)}\">{position}</a></td><td class=\"num\">{Wall(entry.At, agency)}</td><td>{Text(entry.Actor.Name)} {Text(words.Title)}.{(words.Text is null ? "" : " " + Text(words.Text))}</td></tr>\n"
            );
        }
        page.Append("</tbody></table>\n");
        page.Append(
            CultureInfo.InvariantCulture,
            $"<h2>Is this genuine?</h2>\n<p>This page is a convenience and proves nothing. What proves the recording are the other files: run <code>lapel verify</code> on this folder, or follow <a href=\"{ExportFolder.ReadMe}\">README.txt</a> with common tools.</p>\n</body></html>\n"
        );
        return page.ToString();
    }

    static void Facts(StringBuilder page, AgencyProfile agency, Recording recording, Manifest manifest)
    {
        page.Append("<h2>Facts</h2>\n<dl>\n");
        void Fact(string term, string? value)
        {
            if (value is not null)
                page.Append(CultureInfo.InvariantCulture, $"<dt>{term}</dt><dd>{Text(value)}</dd>\n");
        }
        Fact("Recording", recording.Id.Text);
        Fact("First frame", Wall(manifest.StartedAt, agency) + " (camera's clock)");
        Fact("Activated", $"{Wall(manifest.ActivatedAt, agency)}, by {manifest.StartCause.Trigger}");
        Fact(
            "Ended",
            $"{Wall(manifest.EndedAt, agency)}, {(manifest.Ending == Ending.PowerCut ? "by loss of power" : "by " + manifest.EndCause.Trigger)}"
        );
        Fact(
            "Camera's clock",
            manifest.Clock is { } c
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{c.OffsetMs} ms ahead of the server's, measured {Wall(c.MeasuredAt, agency)}"
                )
                : "never compared with the server's"
        );
        Fact("Officer named by the camera", manifest.Officer is { } o ? $"{o.Name}, badge {o.Badge}" : "none");
        Fact(
            "Pre-event buffer",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{manifest.PreEventMs / 1000.0:0.#} s {(manifest.PreEventSound ? "with" : "without")} sound"
            )
        );
        Fact("Manifest", recording.Manifest.ToString());
        Fact("Admitted", Wall(recording.AdmittedAt, agency) + " (server's clock)");
        page.Append("</dl>\n");
    }

    static void Moments(StringBuilder page, AgencyProfile agency, Manifest manifest)
    {
        var moments = manifest
            .States.Select(s =>
                (
                    At: s.From,
                    Words: $"{s.State} until {(s.Until is { } u ? Wall(u, agency) : "the end")}: {s.ReasonCode}{(s.Text is null ? "" : $", {s.Text}")}{PlayerTimes.Circumstances(s)}"
                )
            )
            .Concat(manifest.Bookmarks.Select(b => (b.At, Words: $"Bookmark{(b.Label is null ? "" : $": {b.Label}")}")))
            .OrderBy(m => m.At)
            .ToList();
        if (moments.Count == 0)
            return;
        page.Append("<h2>States and bookmarks</h2>\n<table><tbody>\n");
        foreach (var (at, words) in moments)
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td class=\"num\">{Wall(at, agency)}</td><td>{Text(words)}</td></tr>\n"
            );
        page.Append("</tbody></table>\n");
    }

    public static string ReadMe(AgencyProfile agency, Recording recording, Manifest manifest) =>
        $"""
            Recording {recording.Id}
            of {agency.Name}, exported from Lapel.

            Open {ExportFolder.Page} in a browser to watch and read. To check everything at once, without a server or a network:

                lapel verify . --log-key "$(cat published-log-key.txt)"

            where published-log-key.txt is the key that the agency publishes. Without Lapel, with tools that every Linux has:

            1. Nothing was changed since the export (an accident check only: whoever changes a file can change the sums):

                sha256sum -c {ExportFolder.Sums}

            2. The camera signed this manifest. {ExportFolder.SignedBytes} holds the signed bytes: "DSSEv1", the type and the manifest itself:

                openssl dgst -sha256 -verify {ExportFolder.CameraKey} -signature {ExportFolder.Signature} {ExportFolder.SignedBytes}

            3. The media are what the camera signed. Compare with "clearDigest" of each clip in {ExportFolder.Manifest}:

                sha256sum {ExportFolder.Media}/*

            {string.Concat(
                manifest.Clips.Select(c => $"            {c.ClearDigest.Stated.Hex}  {ExportFolder.MediaOf(c.Number)}\n")
            )}
            4. The agency's custody log holds the events in {ExportFolder.Custody}/. Each *.json is an entry, its bytes exactly as hashed, and the
               *.tlog-proof beside it leads to {ExportFolder.Checkpoint} (C2SP tlog-proof, tlog-checkpoint and signed-note; RFC 6962 hashes). Any
               software for these formats checks them, with the key in {ExportFolder.LogKey}. Among the entries, recording.admitted names the digest
               of {ExportFolder.Envelope}:

                sha256sum {ExportFolder.Envelope}

               and camera.enrolled names the digest of the camera's key:

                openssl pkey -pubin -in {ExportFolder.CameraKey} -outform DER | sha256sum

            What this cannot show: events after the checkpoint, and whether {ExportFolder.LogKey} is truly the agency's. Compare the key with the
            published one, and ask the agency's log or one of its witnesses for a newer checkpoint.

            """;

    static string Wall(Instant at, AgencyProfile agency)
    {
        var zone = NodaTime.DateTimeZoneProviders.Tzdb.GetZoneOrNull(agency.TimeZone) ?? NodaTime.DateTimeZone.Utc;
        return at.InZone(zone).ToString("uuuu-MM-dd HH:mm:ss o<m>", CultureInfo.InvariantCulture);
    }

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
