using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>Who may do what, in words; and changing it.</summary>
public static class RoleRoutes
{
    /// <summary>A role as it stands in this agency now.</summary>
    public sealed record RoleNow(Role Role, string Name, string Purpose, IReadOnlyList<PermissionWords> Permissions);

    public sealed record PermissionWords(Permission Permission, string Words);

    public sealed record AskPermissions(IReadOnlyList<Permission> Permissions);

    internal static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/roles", Show).Needs(Permission.SeeAccounts).ExcludeFromDescription();
        app.MapForm("/roles/{role}", ChangeByForm).Needs(Permission.ChangePermissions);
        api.MapGet("/roles", All).Needs(Permission.SeeAccounts);
        api.MapPut("/roles/{role}", Change).Needs(Permission.ChangePermissions);
    }

    static async Task<IResult> All(AgencyRecords records, CancellationToken stop) =>
        TypedResults.Ok(new Paged<RoleNow>(await Read(records, stop), null));

    static async Task<IReadOnlyList<RoleNow>> Read(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        var roles = new List<RoleNow>();
        foreach (var (role, words) in Roles.Words.Roles.OrderBy(r => r.Key))
        {
            var may = (await Roles.Of(reading, role, stop)).Order();
            roles.Add(
                new(role, words.Name, words.Purpose, [.. may.Select(p => new PermissionWords(p, Roles.Words.Permissions[p]))])
            );
        }
        return roles;
    }

    static async Task<IResult> Change(
        string role,
        AskPermissions ask,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await ChangeOne(role, ask.Permissions.ToHashSet(), viewer, records, stop);
        return TypedResults.Ok((await Read(records, stop)).First(r => Words<Role>.Of(r.Role) == role));
    }

    static async Task ChangeOne(
        string word,
        HashSet<Permission> permissions,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        if (!Words<Role>.TryParse(word, out var role))
            throw new RefusedException(new("role-not-found", "There is no such role.", RefusalKind.NotFound));
        await using var work = await records.Begin(viewer.Actor, stop);
        await Roles.Change(work, role, permissions, stop);
        await work.Commit(stop);
    }

    static Task<IResult> Show(Viewer viewer, AgencyRecords records, CancellationToken stop) =>
        ShowPage(viewer, records, null, stop);

    static async Task<IResult> ShowPage(Viewer viewer, AgencyRecords records, Refusal? trouble, CancellationToken stop) =>
        Page.Of<RolesPage>(
            new
            {
                Viewer = viewer,
                Now = await Read(records, stop),
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );

    static Task<IResult> ChangeByForm(
        HttpContext http,
        string role,
        Form form,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                var ticked = form.All("permission")
                    .Select(word => Words<Permission>.TryParse(word, out var known) ? known : (Permission?)null)
                    .OfType<Permission>()
                    .ToHashSet();
                await ChangeOne(role, ticked, viewer, records, stop);
                return Forms.To(http, "roles", "role-changed");
            },
            refusal => ShowPage(viewer, records, refusal, stop)
        );
}
