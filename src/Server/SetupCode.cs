using System.Security.Cryptography;
using System.Text;

namespace Lapel.Server;

/// <summary>
/// Proves that whoever founds an agency can read the data folder: a random code in a file only the operator may read. It stays valid,
/// for founding further agencies.
/// </summary>
static class SetupCode
{
    public static string FileIn(ServerOptions options) => Path.Combine(options.Data, "setup-code");

    public static string ReadOrMake(ServerOptions options)
    {
        var file = FileIn(options);
        if (!File.Exists(file))
        {
            using (
                var made = new FileStream(
                    file,
                    new FileStreamOptions
                    {
                        Mode = FileMode.CreateNew,
                        Access = FileAccess.Write,
                        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    }
                )
            )
                made.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))));
        }
        return File.ReadAllText(file).Trim();
    }

    public static bool IsRight(ServerOptions options, string? code) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code ?? ""), Encoding.UTF8.GetBytes(ReadOrMake(options)));
}
