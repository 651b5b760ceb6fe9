namespace Lapel.Ingest;

/// <summary>A quarantined recording's state in words.</summary>
static class QuarantineWords
{
    public static string Of(Quarantined row) => row.State == QuarantineState.Admitted ? "Admitted later" : "Kept";

    public static Tone ToneOf(Quarantined row) => row.State == QuarantineState.Admitted ? Tone.Ok : Tone.Warn;

    /// <summary>What a person can do about it; the reason itself is the row's own sentence.</summary>
    public static string Advice(Quarantined row) =>
        row.Code switch
        {
            "camera-unknown" or "key-unknown" =>
                "Find out whose camera this is. Keys of cameras that were never enrolled here are not believed, whoever brings them.",
            "key-revoked" =>
                "If the camera has been found and was in good hands all along, its recordings can still be used as they lie here; they are not evidence by Lapel's word.",
            "signature-wrong" or "chain-forked" or "chain-rewritten" or "recording-rewritten" or "clip-reused" =>
                "The camera contradicts what it signed before, or somebody speaks in its name. Take the camera out of use and have it looked at.",
            "clip-digest-differs" or "clip-length-differs" =>
                "The bytes changed on the way or on the camera. The camera still has its clips: dock it and let it send them again.",
            "clip-key-wrong" =>
                "The clip was sealed for another agency, or its key was damaged on the way. Dock the camera and let it send again.",
            _ => "The camera's software wrote a manifest that does not make sense. Keep the camera's serial and tell its maker.",
        };
}
