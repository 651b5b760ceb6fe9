using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Lapel.Web;

/// <summary>Answers a request with a component inside its layout: <c>return Page.Of&lt;CamerasPage&gt;(new { Cameras = rows });</c></summary>
public static class Page
{
    /// <param name="parameters">An object whose properties are the component's parameters.</param>
    /// <param name="status">404 for a page that says so; 200 otherwise.</param>
    public static IResult Of<TComponent>(object? parameters = null, int status = StatusCodes.Status200OK)
        where TComponent : IComponent =>
        // Whole pages only: a page that streams cannot change its status when a later read fails.
        new RazorComponentResult<TComponent>(parameters ?? new { }) { PreventStreamingRendering = true, StatusCode = status };
}
