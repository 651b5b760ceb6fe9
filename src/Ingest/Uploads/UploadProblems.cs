using Microsoft.AspNetCore.Http;

namespace Lapel.Ingest;

/// <summary>Every way in which the tus protocol says no, with its status.</summary>
static class UploadProblems
{
    /// <summary>tus's own status.</summary>
    public const int ChecksumMismatch = 460;

    public static IResult Version =>
        Answer(412, "tus-version", $"This server speaks tus {Tus.Version}: send the header {Tus.Resumable}: {Tus.Version}.");

    public static IResult Busy =>
        Answer(423, "upload-busy", "Another request is bringing bytes for this upload. Ask for its offset and go on from there.");

    // Another camera's upload looks exactly like one that never was.
    public static IResult Unknown => Answer(404, "upload-unknown", "There is no such upload. Start a new one.");

    public static IResult Gone(Upload upload) =>
        Answer(
            410,
            "upload-gone",
            upload.State == UploadState.Expired
                ? "This upload was not finished in time and has been removed. Start a new one."
                : "This upload was ended by its camera. Start a new one."
        );

    public static IResult Offset(long offsetBytes) =>
        Answer(409, "upload-offset", $"The upload stands at byte {offsetBytes}. Go on from there.");

    public static IResult Checksum =>
        Answer(
            ChecksumMismatch,
            "checksum-mismatch",
            "The bytes of this request do not have the checksum that it states. They were discarded; send them again."
        );

    public static IResult TooLong =>
        Answer(413, "upload-too-long", "The request brings more bytes than the upload has room for.");

    public static IResult DiskFailed =>
        Answer(
            507,
            "disk-failed",
            "The server could not write to its disk. What it acknowledged before is kept; ask for the offset and try again."
        );

    /// <summary>Nobody is left to answer: the connection broke, or its camera goes on over another one.</summary>
    public static IResult HungUp { get; } = new HangUp();

    public static IResult BytesType =>
        Answer(415, "bytes-type", $"Bytes are sent with the header Content-Type: {Tus.BytesType}.");

    public static IResult Invalid(string sentence) => new Refused(new("upload-invalid", sentence));

    static Refused Answer(int status, string code, string sentence) =>
        new(new(code, sentence, RefusalKind.Conflict), status: status);

    /// <summary>The length is stated once, and covers what has come already.</summary>
    public static IResult? WhyNotLength(Upload upload, long offsetBytes, long? lengthBytes, IngestSettings settings) =>
        (upload.LengthBytes, lengthBytes) switch
        {
            (_, null) => null,
            ({ } known, { } said) when known != said => Invalid($"The upload's length is {known}; it cannot be changed."),
            (_, { } said) when said < offsetBytes => Invalid(
                $"The upload already has {offsetBytes} bytes; its length cannot be {said}."
            ),
            (_, { } said) when said > settings.MaxUploadBytes => TooLong,
            _ => null,
        };

    sealed class HangUp : IResult
    {
        public Task ExecuteAsync(HttpContext http)
        {
            http.Abort(); // a half-read body cannot be followed by another request
            return Task.CompletedTask;
        }
    }
}
