using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>A consult through the real pages where no firewall lets UDP through to the gateway.</summary>
[Collection(Consults.Name)]
public sealed class ConsultPaths
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_UDP_is_dropped_the_officer_comes_by_TCP_and_a_clinician_whom_nothing_reaches_by_a_relay(
        bool aGatewayAlone
    )
    {
        await using var turn = await TurnServer.Start();
        await using var gateway = aGatewayAlone ? new GatewayProcess(turn) : null;
        await using var street = new LossyPath { Loss = 1, LeavesTcp = true };
        await using var consult = await LiveConsult.Open(street, gateway: gateway, turn: turn);
        await Behind(consult.Officer, relayOnly: false);
        await Behind(consult.Clinician, relayOnly: true);
        await consult.PressAndAccept();
        await consult.Talk();
        await consult.HeardBothWays();
        await consult.BurntInDelayMs(0, 2000);
        await consult.MeasuredDelayMs(0, 2000);
        // A browser that tries a better pair of addresses has for a moment none that is chosen.
        await Wait.UntilRight(async () =>
        {
            (await Ways(consult.Officer)).ShouldBe(["tcp"]);
            var clinician = await Ways(consult.Clinician);
            clinician.Length.ShouldBe(2, "to watch, and to talk");
            // Whether the browser reaches the relay by UDP or by TCP is its own choice: both are offered.
            clinician.ShouldAllBe(way => way != null && way.StartsWith("relay "));
            (await consult.Lens.EvaluateAsync<string?>("async () => (await statistics(publishing)).path"))
                .ShouldNotBeNull()
                .ShouldContain(" tcp to ");
        });
        await consult.EndByClinician();
    }

    // The page's own connections, kept where the test can ask them. A network that lets only a relay through is what "relay" stands for.
    static async Task Behind(IPage page, bool relayOnly)
    {
        await page.AddInitScriptAsync(
            $$"""
            const Real = RTCPeerConnection;
            window.peers = [];
            window.RTCPeerConnection = class extends Real {
              constructor(options) { super({ ...options, iceTransportPolicy: '{{(
                relayOnly ? "relay" : "all"
            )}}' }); peers.push(this); }
            };
            """
        );
        await page.ReloadAsync();
    }

    static Task<string[]> Ways(IPage page) =>
        page.EvaluateAsync<string[]>(
            """
            async () => {
              const ways = [];
              for (const peer of peers.filter(p => p.connectionState === 'connected')) {
                const reports = [...(await peer.getStats()).values()];
                const chosen = reports.find(r => r.type === 'transport').selectedCandidatePairId;
                const pair = reports.find(r => r.id === chosen);
                const mine = reports.find(r => r.id === pair?.localCandidateId);
                ways.push(mine?.relayProtocol ? `relay ${mine.relayProtocol}` : mine?.protocol);
              }
              return ways;
            }
            """
        );
}
