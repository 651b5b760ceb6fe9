using Lapel.Records;
using Lapel.Web;
using Microsoft.AspNetCore.Diagnostics;

namespace Lapel.Server;

/// <summary>The last word on every request that ended in an exception or nowhere: problem+json for programs, a page for people.</summary>
static class Problems
{
    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(
            new ExceptionHandlerOptions
            {
                SuppressDiagnosticsCallback = context =>
                    context.Exception is RefusedException or BadHttpRequestException or OperationCanceledException,
                ExceptionHandler = http => Answer(http, ToRefusal(http.Features.Get<IExceptionHandlerFeature>()?.Error)),
            }
        );
        app.UseStatusCodePages(context =>
            context.HttpContext.Response.StatusCode switch
            {
                StatusCodes.Status404NotFound => NotFound(context.HttpContext),
                StatusCodes.Status405MethodNotAllowed => Answer(
                    context.HttpContext,
                    new("method-not-allowed", "This address does not take that method."),
                    StatusCodes.Status405MethodNotAllowed
                ),
                StatusCodes.Status400BadRequest => Answer(
                    context.HttpContext,
                    new("request-invalid", "The request is not understood; look at its form and try again.")
                ),
                StatusCodes.Status415UnsupportedMediaType => Answer(
                    context.HttpContext,
                    new("media-type-wrong", "Send this with the content type that the API description names."),
                    StatusCodes.Status415UnsupportedMediaType
                ),
                _ => Task.CompletedTask,
            }
        );
    }

    public static Task NotFound(HttpContext http) =>
        Answer(http, new("not-found", "There is nothing here, or nothing that you may see.", RefusalKind.NotFound));

    static Refusal ToRefusal(Exception? wrong) =>
        wrong switch
        {
            RefusedException refused => refused.Refusal,
            BadHttpRequestException bad => new("request-invalid", $"The request is not understood: {bad.Message}"),
            _ when DiskFull.Is(wrong) => new(
                "no-room",
                "The server's disk is full, so nothing was changed: ask whoever runs Lapel to make room, then do it again.",
                RefusalKind.NoRoom
            ),
            _ => new(
                "server-fault",
                "Something went wrong in Lapel; nothing was changed. The operator's journal has the details.",
                RefusalKind.Conflict
            ),
        };

    static async Task Answer(HttpContext http, Refusal refusal, int? status = null)
    {
        var code =
            status
            ?? (refusal.Code == "server-fault" ? StatusCodes.Status500InternalServerError : Refused.StatusOf(refusal.Kind));
        var forPerson =
            http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
            && !http.Request.Path.StartsWithSegments("/api");
        if (forPerson)
            await Page.Of<ProblemPage>(new { Refusal = refusal, Status = code }, code).ExecuteAsync(http);
        else
            await new Refused(refusal, status: code).ExecuteAsync(http);
    }
}
