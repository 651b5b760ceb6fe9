using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>What a person sent from one of our pages. It cannot be had without the page's antiforgery token.</summary>
public sealed class Form
{
    readonly IFormCollection fields;

    Form(IFormCollection fields) => this.fields = fields;

    /// <summary>Called by routing for every handler that takes a form.</summary>
    public static async ValueTask<Form> BindAsync(HttpContext http)
    {
        if (http.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true })
            throw new RefusedException(
                new(
                    "form-stale",
                    "This page was open for too long, or from another sign-in. Load it again and repeat what you did."
                )
            );
        return new(await http.Request.ReadFormAsync(http.RequestAborted));
    }

    /// <summary>The field's text, trimmed; empty when it was not sent.</summary>
    public string Text(string name) => fields[name].ToString().Trim();

    /// <summary>The field exactly as typed: passwords may begin or end with a space.</summary>
    public string Raw(string name) => fields[name].ToString();

    public string? TextOrNull(string name) => Text(name) is { Length: > 0 } text ? text : null;

    public bool Ticked(string name) => fields[name].Count > 0;

    /// <summary>The fields that were sent.</summary>
    public IEnumerable<string> Names => fields.Keys;

    /// <summary>All values of a field that occurs several times.</summary>
    public IEnumerable<string> All(string name) => fields[name].OfType<string>();

    /// <exception cref="RefusedException">The field holds something that is no id.</exception>
    public Id<TNoun>? IdOrNull<TNoun>(string name) =>
        TextOrNull(name) is not { } text ? null
        : Custody.Id<TNoun>.TryParse(text, null, out var id) ? id
        : throw new RefusedException(new("id-unreadable", $"'{text}' is not an id."));

    /// <exception cref="RefusedException">The field is empty or holds something that is no id.</exception>
    public Id<TNoun> Id<TNoun>(string name, string missing) =>
        IdOrNull<TNoun>(name) ?? throw new RefusedException(new("choice-missing", missing));
}

/// <summary>How pages send forms, and where they go afterwards.</summary>
public static class Forms
{
    /// <summary>A route for a page's form. The handler takes a <see cref="Form"/> and so gets the antiforgery check.</summary>
    public static RouteHandlerBuilder MapForm(this IEndpointRouteBuilder app, string pattern, Delegate handler) =>
        app.MapPost(pattern, handler).WithMetadata(new RequireAntiforgeryTokenAttribute()).ExcludeFromDescription();

    /// <summary>Back to a page of this agency by GET, so that reloading it repeats nothing.</summary>
    /// <param name="path">Without a leading slash, as links are written.</param>
    /// <param name="done">What was done: a word of <see cref="Done"/>.</param>
    public static IResult To(HttpContext http, string path, string? done = null) =>
        Results.LocalRedirect($"{http.Request.PathBase.ToUriComponent()}/{path}{(done is null ? "" : "?done=" + done)}");

    /// <summary>Does it and goes on; when it is refused, shows the page again with the reason and what was typed.</summary>
    public static async Task<IResult> Do(Func<Task<IResult>> act, Func<Refusal, Task<IResult>> again)
    {
        try
        {
            return await act();
        }
        catch (RefusedException refused) when (refused.Refusal != WhoMay.Nothing)
        {
            return await again(refused.Refusal);
        }
    }

    public static int StatusOf(Refusal? trouble) => trouble is null ? StatusCodes.Status200OK : Refused.StatusOf(trouble.Kind);
}
