using Lapel.Web;
using Microsoft.AspNetCore.Http;

namespace Lapel.Ingest;

/// <summary>Every way in which the tus protocol says no, with its status.</summary>
static class UploadProblems
{
    public static IResult Version =>
        new TusProblem(412, "tus-version", $"This server speaks tus {Tus.Version}: send the header {Tus.Resumable}: {Tus.Version}.");

    public static IResult Busy =>
        new TusProblem(423, "upload-busy", "Another request is bringing bytes for this upload. Ask for its offset and go on from there.");

    // Another camera's upload looks exactly like one that never was.
    public static IResult Unknown => new TusProblem(404, "upload-unknown", "There is no such upload. Start a new one.");

    public static IResult Gone(Upload upload) =>
        new TusProblem(
            410,
            "upload-gone",
            upload.State == UploadState.Expired
                ? "This upload was not finished in time and has been removed. Start a new one."
                : "This upload was ended by its camera. Start a new one."
        );

    public static IResult Offset(long offsetBytes) =>
        new TusProblem(409, "upload-offset", $"The upload stands at byte {offsetBytes}. Go on from there.");

    public static IResult Checksum =>
        new TusProblem(
            TusProblem.ChecksumMismatch,
            "checksum-mismatch",
            "The bytes of this request do not have the checksum that it states. They were discarded; send them again."
        );

    public static IResult TooLong => new TusProblem(413, "upload-too-long", "The request brings more bytes than the upload has room for.");

    public static IResult DiskFailed =>
        new TusProblem(507, "disk-failed", "The server could not write to its disk. What it acknowledged before is kept; ask for the offset and try again.");

    public static IResult BytesType =>
        new TusProblem(415, "bytes-type", $"Bytes are sent with the header Content-Type: {Tus.BytesType}.");

    public static IResult Invalid(string sentence) => new Refused(new("upload-invalid", sentence));

    /// <summary>The length is stated once, and covers what has come already.</summary>
    public static IResult? WhyNotLength(Upload upload, long offsetBytes, long? lengthBytes, IngestSettings settings) =>
        (upload.LengthBytes, lengthBytes) switch
        {
            (_, null) => null,
            ({ } known, { } said) when known != said => Invalid($"The upload's length is {known}; it cannot be changed."),
            (_, { } said) when said < offsetBytes => Invalid($"The upload already has {offsetBytes} bytes; its length cannot be {said}."),
            (_, { } said) when said > settings.MaxUploadBytes => TooLong,
            _ => null,
        };
}
