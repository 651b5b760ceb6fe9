using System.Security.Cryptography;
using System.Text;

namespace Lapel.Live;

/// <summary>
/// The second half of a clinician's sign-in: eight digits that work once, for a quarter of an hour, and for five tries. The personal
/// link is the strong half (256 bits); the code shows that whoever opened it can also be reached on the clinician's phone.
/// </summary>
public static class ClinicianCodes
{
    public static readonly Duration Lasts = Duration.FromMinutes(15);
    const int MostWrong = 5;

    public static readonly Refusal Wrong = new(
        "clinician-code-wrong",
        "That is not the code, or it has been used or has run out. Ask for a new one.",
        RefusalKind.SignInNeeded
    );

    /// <summary>A fresh code; the one before works no more.</summary>
    public static async Task<string> Give(Work work, ClinicianId clinician, CancellationToken stop)
    {
        var code = RandomNumberGenerator.GetString("0123456789", 8);
        await work.Execute(
            """
            INSERT INTO clinician_code (clinician, digest, expires_at, wrong) VALUES (@clinician, @digest, @expires, 0)
            ON CONFLICT (clinician) DO UPDATE SET digest = @digest, expires_at = @expires, wrong = 0
            """,
            new
            {
                clinician,
                digest = DigestOf(clinician, code),
                expires = work.Now + Lasts,
            },
            stop
        );
        return code;
    }

    /// <summary>Uses the code up. A wrong try counts; the fifth ends the code.</summary>
    /// <returns>Whether it was the code. Commit either way, or a wrong try would not count.</returns>
    internal static async Task<bool> Use(Work work, ClinicianId clinician, string typed, CancellationToken stop)
    {
        var digits = string.Concat(typed.Where(char.IsAsciiDigit));
        var used = await work.Execute(
            "DELETE FROM clinician_code WHERE clinician = @clinician AND digest = @digest AND expires_at > @Now AND wrong < @MostWrong",
            new
            {
                clinician,
                digest = DigestOf(clinician, digits),
                work.Now,
                MostWrong,
            },
            stop
        );
        if (used == 0)
            await work.Execute(
                "UPDATE clinician_code SET wrong = wrong + 1 WHERE clinician = @clinician",
                new { clinician },
                stop
            );
        return used > 0;
    }

    static Digest DigestOf(ClinicianId clinician, string code) => Digest.Of(Encoding.UTF8.GetBytes($"{clinician}:{code}"));
}
