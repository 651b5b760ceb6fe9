namespace Lapel.Scenarios;

[Collection(Alone.Name)]
public sealed class CameraPowerCut
{
    [Fact]
    public async Task A_camera_that_loses_power_while_recording_closes_the_recording_at_the_next_start_and_docks_it()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        await camera.Start();
        var recording = await camera.Activate();
        await Task.Delay(6000);
        var cutAt = DateTimeOffset.UtcNow;

        await camera.Kill();
        await camera.Start("--docked");
        await camera.UntilFreed(recording);

        var clerk = await house.As("clerk");
        var kept = await clerk.Get($"api/v1/recordings/{recording}");
        kept.GetProperty("recording").GetProperty("ending").GetString().ShouldBe("power-cut");
        var lost = cutAt - (kept.GetProperty("clips")[0].GetProperty("endedAt").GetDateTimeOffset());
        lost.TotalSeconds.ShouldBeLessThan(2.5, "seconds lost (2, and what the kill took)");
        (await clerk.Http.GetStringAsync($"api/v1/recordings/{recording}/playlist.m3u8?purpose=power+cut")).ShouldContain(
            "#EXT-X-ENDLIST"
        );
        await house.ReceiptOf(recording);
    }
}
