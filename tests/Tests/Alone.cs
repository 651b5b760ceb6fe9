namespace Lapel.Tests;

/// <summary>
/// Tests that hold a stopwatch to what Lapel promises. They have a core to themselves: `./lapel test` runs them one by one when all others are done.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true), Trait("machine", "alone")]
public sealed class Alone
{
    public const string Name = "alone";
}
