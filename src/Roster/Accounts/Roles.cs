using System.Text.Json;

namespace Lapel.Roster;

/// <summary>What each role may do: rows of the records, seeded once from roles.jsonc.</summary>
public static class Roles
{
    /// <summary>How a role is called and what it is for, in words.</summary>
    public sealed record RoleWords(string Name, string Purpose, IReadOnlyList<Permission> Permissions);

    public sealed record Dictionary(
        IReadOnlyDictionary<Role, RoleWords> Roles,
        IReadOnlyDictionary<Permission, string> Permissions
    );

    /// <summary>roles.jsonc as it was built in: names, words, and the permissions an agency begins with.</summary>
    public static Dictionary Words { get; } = ReadWords();

    public static async Task<IReadOnlySet<Permission>> Of(Reading reading, Role role, CancellationToken stop) => (
            await reading.Many(
                "SELECT permission FROM role_permission WHERE role = @role",
                new { role = Records.Words<Role>.Of(role) },
                // A permission of a later version, after a step back to this one, is nothing here rather than an error.
                row => Records.Words<Permission>.TryParse(row.Text("permission"), out var known) ? known : (Permission?)null,
                stop
            )
        ).OfType<Permission>().ToHashSet();

    /// <summary>Hands out the permissions of roles.jsonc that were never handed out in this agency. Harmless when repeated.</summary>
    public static async Task Seed(Work work, CancellationToken stop)
    {
        await Turns.Take(work, stop);
        var seeded = (
            await work.Many("SELECT permission FROM permission_seeded", null, row => row.Text("permission"), stop)
        ).ToHashSet();
        var fresh = Enum.GetValues<Permission>().Where(p => !seeded.Contains(Records.Words<Permission>.Of(p))).ToHashSet();
        if (fresh.Count == 0)
            return;
        foreach (var (role, words) in Words.Roles)
            if (words.Permissions.Any(fresh.Contains))
                await Keep(work, role, (await Of(work, role, stop)).Union(words.Permissions.Where(fresh.Contains)), stop);
        foreach (var permission in fresh)
            await work.Execute(
                "INSERT INTO permission_seeded (permission, seeded_at) VALUES (@permission, @Now)",
                new { permission = Records.Words<Permission>.Of(permission), work.Now },
                stop
            );
    }

    /// <summary>Changes what a role may do, from the next request on.</summary>
    /// <exception cref="RefusedException">See <see cref="WhyNotChange"/>.</exception>
    public static async Task Change(Work work, Role role, IReadOnlySet<Permission> permissions, CancellationToken stop)
    {
        await Turns.Take(work, stop);
        WhyNotChange(role, permissions).Throw();
        if (!permissions.SetEquals(await Of(work, role, stop)))
            await Keep(work, role, permissions, stop);
    }

    public static Refusal? WhyNotChange(Role role, IReadOnlySet<Permission> permissions)
    {
        // Whoever hands out rights must not be able to look at evidence without a trace of somebody else's consent.
        if (role == Role.Administrator && permissions.Any(IsAboutContent))
            return new(
                "administrator-sees-no-recordings",
                "An administrator hands out rights and therefore cannot see recordings. Use another account with another role for that.",
                RefusalKind.Conflict
            );
        if (
            role == Role.Administrator
            && !(permissions.Contains(Permission.EditAccounts) && permissions.Contains(Permission.ChangePermissions))
        )
            return new(
                "administrator-must-remain",
                "Administrators must be able to edit accounts and change permissions, or nobody could.",
                RefusalKind.Conflict
            );
        return role != Role.Administrator && permissions.Contains(Permission.ChangePermissions)
            ? new(
                "permissions-only-by-administrator",
                "Only administrators may change permissions, so that those who see recordings do not choose who sees them.",
                RefusalKind.Conflict
            )
            : null;
    }

    /// <summary>Permissions by which somebody sees or hands on what was recorded.</summary>
    public static bool IsAboutContent(Permission permission) =>
        permission
            is Permission.SeeOwnRecordings
                or Permission.SeeUnitRecordings
                or Permission.SeeAllRecordings
                or Permission.ExportRecordings
                or Permission.VerifyRecordings
                or Permission.GrantAccess
                or Permission.SeeQuarantine
                or Permission.WatchLive;

    static async Task Keep(Work work, Role role, IEnumerable<Permission> permissions, CancellationToken stop)
    {
        var word = Records.Words<Role>.Of(role);
        var list = permissions.Distinct().Order().Select(Records.Words<Permission>.Of).ToList();
        await work.Execute("DELETE FROM role_permission WHERE role = @word", new { word }, stop);
        foreach (var permission in list)
            await work.Execute(
                "INSERT INTO role_permission (role, permission) VALUES (@word, @permission)",
                new { word, permission },
                stop
            );
        work.Append(new CustodyEvent.PermissionsChanged(word, list));
    }

    static Dictionary ReadWords()
    {
        using var file = typeof(Roles).Assembly.GetManifestResourceStream("Lapel.Roster.Accounts.roles.jsonc")!;
        var dialect = new JsonSerializerOptions(LapelJson.Strict)
        {
            ReadCommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        };
        return JsonSerializer.Deserialize<Dictionary>(file, dialect) ?? throw new InvalidDataException("roles.jsonc is empty");
    }
}
