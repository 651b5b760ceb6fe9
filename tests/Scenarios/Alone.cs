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

/// <summary>Those that take minutes begin first, so that none of them is left when everybody else has finished.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly Type[] Long =
    [
        typeof(ConsultFaults),
        typeof(CameraLive),
        typeof(Week),
        typeof(LiveMatrixClients),
        typeof(ServerCrash),
        typeof(PhoneAsCamera),
        typeof(Pages),
        typeof(HardwareCameras),
        typeof(RtmpCameras),
        typeof(ConsultGateway),
        typeof(LyingCameras),
        typeof(DockPlayExportVerify),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [
            .. testCollections.OrderBy(c =>
                Array.FindIndex(Long, t => c.TestCollectionDisplayName.Contains($"{t.FullName} ", StringComparison.Ordinal))
                    is >= 0
                        and var at
                    ? at
                    : Long.Length
            ),
        ];
}
