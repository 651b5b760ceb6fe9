using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Lapel.Scenarios.LongestFirst))]

namespace Lapel.Scenarios;

/// <summary>
/// Scenarios that hold a stopwatch to what Lapel promises. They have the machine to themselves, after all others: a browser that waits for a
/// core says nothing about Lapel.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true), Trait("machine", "alone")]
public sealed class Alone
{
    public const string Name = "alone";
}

/// <summary>
/// Consults, of four browsers' pages each that film, show and listen at once: never two at a time. A sound that is torn to pieces for want of a
/// core is no tone any more, however long one listens.
/// </summary>
public static class Consults
{
    public const string Name = "consults";
}

/// <summary>Those that take minutes begin first, so that none of them is left when everybody else has finished.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly string[] Long =
    [
        Consults.Name,
        Only<CameraLive>(),
        Only<Week>(),
        Only<LiveMatrixClients>(),
        Only<ServerCrash>(),
        Only<PhoneAsCamera>(),
        Only<Pages>(),
        Only<HardwareCameras>(),
        Only<RtmpCameras>(),
        Only<LyingCameras>(),
        Only<DockPlayExportVerify>(),
    ];

    static string Only<T>() => $"{typeof(T).FullName} "; // as xunit names the collection of one class

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [
            .. testCollections.OrderBy(c =>
                Array.FindIndex(Long, name => c.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal))
                    is >= 0
                        and var at
                    ? at
                    : Long.Length
            ),
        ];
}
