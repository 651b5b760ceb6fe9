using System.Text.Json;

namespace Lapel.Ingest;

/// <summary>Tells open pages how far an upload has come. It touches neither records nor disk, and costs nothing when nobody looks.</summary>
static class UploadProgress
{
    public static void Tell(Pulse pulse, Upload upload, long doneBytes)
    {
        if (!pulse.IsHeard)
            return;
        var news = new
        {
            id = upload.Id.Text,
            doneBytes,
            totalBytes = upload.LengthBytes,
        };
        pulse.Send(new Pulse.Beat(IngestModule.Progress, JsonSerializer.Serialize(news)));
    }
}
