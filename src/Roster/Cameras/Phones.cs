namespace Lapel.Roster;

/// <summary>
/// An officer's own phone as a camera: its browser enrols, seals and signs as every camera does. Whoever may do it needs no administrator
/// for it, since the sign-in says who they are; what the phone then sends is theirs and nobody else's.
/// </summary>
public static class Phones
{
    /// <summary>
    /// Expects the browser as a camera of this officer, who wears it from now on. A phone of theirs from before counts as handed in: it
    /// still sends what it holds, and records nothing more in their name.
    /// </summary>
    /// <param name="model">What the browser says that it is.</param>
    /// <returns>The code is in this answer and nowhere else; the browser uses it at once.</returns>
    /// <exception cref="RefusedException">No such officer, or one who has left; or see <see cref="Cameras.WhyNotExpect"/>.</exception>
    public static async Task<(Camera Camera, EnrolmentCode Code)> Expect(
        Work work,
        OfficerId officer,
        string model,
        CancellationToken stop
    )
    {
        var who = await Officers.Find(work, officer, stop) ?? throw new RefusedException(Officers.NotFound);
        await Assignments.ReturnAllOf(work, officer, CameraKind.Phone, stop);
        var expected = await Cameras.Expect(work, await FreeSerial(work, who, stop), model, stop, CameraKind.Phone);
        await Assignments.Assign(work, expected.Camera.Id, officer, work.Now, null, stop);
        return expected;
    }

    public static readonly Refusal NoOfficer = new(
        "no-officer",
        "Only an officer's phone can be a camera, and your account is not linked to an officer. An administrator can link it.",
        RefusalKind.Forbidden
    );

    /// <summary>A browser knows no serial number, so it gets one that says whose it is.</summary>
    static async Task<string> FreeSerial(Reading reading, Officer who, CancellationToken stop)
    {
        var badge = new string([.. who.Badge.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.').Take(40)]);
        for (var number = 1; ; number++)
            if ($"PHONE-{badge}-{number}" is var serial && await Cameras.FindBySerial(reading, serial, stop) is null)
                return serial;
    }
}
