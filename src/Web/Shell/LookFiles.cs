using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Lapel.Web;

/// <summary>
/// The built styles, scripts and fonts. An address carries the digest of its content (<c>?v=</c>, or in the name for what the bundler
/// named), so a browser keeps a file for a year and still never shows an old one.
/// </summary>
public sealed class LookFiles(IWebHostEnvironment host)
{
    internal const string Root = "/_content/Lapel.Web";
    const string Forever = "public, max-age=31536000, immutable";

    static readonly (string Coding, string Ending)[] Codings = [("br", ".br"), ("gzip", ".gz")];
    static readonly FileExtensionContentTypeProvider Types = new();
    readonly ConcurrentDictionary<(string Path, DateTimeOffset Written, long Length), string> versions = new();

    /// <param name="path">Inside the built folder: <c>app.css</c>, <c>islands/app.js</c>.</param>
    public string Url(string path)
    {
        var file = Find(path);
        return file.Exists ? $"{Root}/{path}?v={Version(path, file)}" : $"{Root}/{path}";
    }

    internal async Task Send(HttpContext http, PathString path)
    {
        var name = path.Value?.TrimStart('/') ?? "";
        var file = Find(name);
        if (
            !file.Exists
            || file.IsDirectory
            || !(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        )
        {
            http.Response.StatusCode = file.Exists ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
            return;
        }

        var version = Version(name, file);
        var headers = http.Response.Headers;
        headers.ETag = $"\"{version}\"";
        headers.Vary = "Accept-Encoding";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = http.Request.Query["v"] == version || IsNamedByContent(name) ? Forever : "no-cache";
        if (http.Request.Headers.IfNoneMatch.ToString().Contains(version, StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = Types.TryGetContentType(name, out var type) ? type : "application/octet-stream";
        foreach (var (coding, ending) in Codings)
            if (Takes(http, coding) && Find(name + ending) is { Exists: true } small)
            {
                headers.ContentEncoding = coding;
                file = small;
                break;
            }
        http.Response.ContentLength = file.Length;
        if (HttpMethods.IsGet(http.Request.Method))
            await http.Response.SendFileAsync(file, http.RequestAborted);
    }

    IFileInfo Find(string path) => host.WebRootFileProvider.GetFileInfo($"{Root}/{path}");

    string Version(string path, IFileInfo file) =>
        versions.GetOrAdd(
            (path, file.LastModified, file.Length),
            static (_, file) =>
            {
                using var content = file.CreateReadStream();
                return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))[..12];
            },
            file
        );

    // The bundler writes shared chunks and fonts as NAME-HASH.EXT, the hash in eight capitals and digits.
    static bool IsNamedByContent(string name)
    {
        var stem = Path.GetFileNameWithoutExtension(name);
        return stem.Length > 9 && stem[^9] == '-' && stem[^8..].All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));
    }

    static bool Takes(HttpContext http, string coding) =>
        StringWithQualityHeaderValue.TryParseList(http.Request.Headers.AcceptEncoding, out var codings)
        && codings.Any(c => c.Value == coding && c.Quality is null or > 0);
}
