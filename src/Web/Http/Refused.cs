using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Lapel.Web;

/// <summary>A <see cref="Refusal"/> as RFC 9457 problem+json: <c>title</c> is the sentence, <c>code</c> is stable.</summary>
public sealed class Refused(Refusal refusal, object? more = null, int? status = null) : IResult
{
    public Refusal Refusal => refusal;

    public static int StatusOf(RefusalKind kind) =>
        kind switch
        {
            RefusalKind.Invalid => StatusCodes.Status400BadRequest,
            RefusalKind.SignInNeeded => StatusCodes.Status401Unauthorized,
            RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
            RefusalKind.NotFound => StatusCodes.Status404NotFound,
            RefusalKind.Conflict => StatusCodes.Status409Conflict,
            RefusalKind.Rejected => StatusCodes.Status422UnprocessableEntity,
            RefusalKind.TooMany => StatusCodes.Status429TooManyRequests,
            RefusalKind.NoRoom => StatusCodes.Status507InsufficientStorage,
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

    public async Task ExecuteAsync(HttpContext http)
    {
        var code = status ?? StatusOf(refusal.Kind);
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/problem+json";
        http.Response.Headers.CacheControl = "no-store";
        // HEAD and 1xx-style answers carry no body; everything else says why.
        if (!HttpMethods.IsHead(http.Request.Method))
            await JsonSerializer.SerializeAsync(http.Response.Body, Problem(code), LapelJson.Lenient, http.RequestAborted);
    }

    JsonObject Problem(int code)
    {
        var problem = new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = refusal.Sentence,
            ["status"] = code,
            ["code"] = refusal.Code,
        };
        // RFC 9457, 3.2: what else there is to say stands beside the standard members.
        if (more is not null)
            foreach (var (name, value) in JsonSerializer.SerializeToNode(more, LapelJson.Lenient)!.AsObject())
                problem[name] = value?.DeepClone();
        return problem;
    }
}

/// <summary>A refusal met in the middle of something, for the few places where a decision cannot be returned.</summary>
public sealed class RefusedException(Refusal refusal) : Exception(refusal.Sentence)
{
    public Refusal Refusal => refusal;
}
