using System.Globalization;
using System.Text;

namespace Lapel.CameraProgram;

/// <summary>The camera's status as a person reads it.</summary>
static class Talk
{
    public static string About(CameraStatus status)
    {
        var text = new StringBuilder();
        Line(text, $"Camera {status.Serial}: {Words(status.State)}");
        Line(text, $"Officer: {(status.Officer is { } o ? $"{o.Name}, badge {o.Badge}" : "none assigned")}");
        if (status.Recording is { } recording)
        {
            Line(text, $"Recording {recording.Recording} since {recording.ActivatedAt.ToText()} ({recording.Cause.Trigger})");
            foreach (var state in recording.States.Where(s => s.Until is null))
                Line(text, $"  {state.State.ToString().ToLowerInvariant()} since {state.From.ToText()}: {state.ReasonCode}");
        }
        else
            Line(text, $"Buffer: {status.PreEventSeconds} s {(status.PreEventSound ? "with" : "without")} sound");
        if (status.Live is { State: not "off" } live)
            AboutLive(text, live);
        Line(
            text,
            $"Waiting to be uploaded: {status.WaitingRecordings} recording(s), {status.WaitingBytes / 1024} KiB{(status.Docked ? ", docked" : "")}"
        );
        if (status.Uploading is { } now)
            Line(text, $"Uploading {now.Recording} clip {now.Clip}: {now.SentBytes * 100 / Math.Max(1, now.LengthBytes)} %");
        if (status.UploadTrouble is { } trouble)
            Line(text, $"Upload trouble: {trouble}");
        if (status.RefusedRecordings > 0)
            Line(text, $"Refused by the server, kept here: {status.RefusedRecordings}");
        if (status.WithoutMedia > 0)
            Line(text, $"Ended without a picture: {status.WithoutMedia}");
        Line(text, $"Space left: {status.FreeBytes >> 20} MiB");
        if (status.Clock is { } clock)
            Line(text, $"Clock: {clock.OffsetMs} ms from the server's, measured {clock.MeasuredAt.ToText()}");
        return text.ToString().TrimEnd();
    }

    static void AboutLive(StringBuilder text, LiveStatus live)
    {
        Line(
            text,
            $"Live: {(live.Rung is { } rung ? LiveOutput.Words(rung) : live.State)}{(live.Why is { } why ? $" ({why})" : "")}"
        );
        foreach (var one in live.Watchers ?? [])
            Line(text, $"  watched by: {one.As} since {one.Since.ToText()} ({one.Reason})");
        if (live.Consult is { } consult)
            Line(text, $"Help: {consult}");
        if (live.Notice is { } notice)
            Line(text, $"Say aloud: {notice}");
        if (live.Trouble is { } trouble)
            Line(text, $"Live trouble: {trouble}");
    }

    static string Words(string state) =>
        state switch
        {
            "recording" => "recording",
            "stopped" => "stopped inside a recording; nothing is recorded until it is resumed",
            "ready" => "ready, not recording",
            "no-picture" => "no picture comes from the source",
            "disk-full" => "no room to record; dock it so that it can upload",
            _ => state,
        };

    static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
