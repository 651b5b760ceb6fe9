using System.Runtime.CompilerServices;
using Lapel.Roster;

namespace Lapel.Tests;

/// <summary>Tests found hundreds of agencies with a dozen people each: of 15 s of one whole programme, 9 s were their passwords.</summary>
static class CheapPasswords
{
    [ModuleInitializer]
    internal static void Use() => Password.LnN = 5;
}
