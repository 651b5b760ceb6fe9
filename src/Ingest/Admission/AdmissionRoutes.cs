using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Ingest;

/// <summary>A camera brings its signed manifest and gets a receipt, a list of what is missing, or a reason.</summary>
static class AdmissionRoutes
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/admissions", Admit).OpenToAnyone("a camera's own token guards it").DisableAntiforgery();

    static async Task<IResult> Admit(HttpContext http, CameraSessions sessions, Admissions admissions, CancellationToken stop)
    {
        var (camera, refusal) = await sessions.Recognise(http, stop);
        if (camera is null)
            return new Refused(refusal!);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = Envelope.MaxLengthBytes + 1;
        if (await CameraDoor.Body(http, Envelope.MaxLengthBytes, stop) is not { } body)
            return new Refused(new("envelope-unreadable", $"A manifest's envelope has at most {Envelope.MaxLengthBytes} bytes."));
        try
        {
            return await admissions.Decide(body, camera, stop) switch
            {
                Admitted.WithReceipt admitted => TypedResults.Json(admitted.Receipt, LapelJson.Lenient),
                Admitted.Waiting waiting => new Refused(waiting.Refusal, new { missing = waiting.Missing }),
                Admitted.Refused refused => new Refused(
                    refused.Refusal,
                    new { why = refused.Refusal.Sentence, quarantine = refused.Quarantine.Text }
                ),
                _ => throw new InvalidOperationException("There is no other outcome."),
            };
        }
        catch (FormatException unreadable)
        {
            // Not even an envelope: there is nothing that could be evidence, and nothing to keep.
            return new Refused(new("envelope-unreadable", unreadable.Message));
        }
    }
}
