namespace Lapel.Ingest;

/// <summary>The camera that makes this request, as its session proves.</summary>
public sealed record CameraCaller(CameraId Id, string Serial, Digest Key)
{
    public Actor Actor => new(ActorKind.Camera, Id.Text, Serial);
}
