using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Lapel.Ingest;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests;

/// <summary>Uploads that are cut, left alone, or met by a full disk.</summary>
public sealed class TusInterruptedTests
{
    [Fact]
    public async Task A_cut_connection_keeps_what_came_and_the_camera_may_take_over_from_a_silent_one()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(RandomNumberGenerator.GetBytes(2_000_000));
        var bytes = recording.Clips[0].Bytes;
        var upload = await camera.Create(recording, recording.Clips[0]);

        using (var line = await Send(house, camera, upload, 0, bytes.Length, bytes.AsMemory(0, 700_000)))
        {
            await Task.Delay(1500);
            ((int)(await camera.Patch(upload, 0, bytes)).StatusCode).ShouldBe(423); // somebody is sending
            line.Client.Shutdown(SocketShutdown.Both);
        }
        var at = await Eventually(() => camera.Offset(upload), offset => offset >= 700_000 - 128 * 1024);

        // A line that is dead without saying so: after a silence the next request takes over.
        using var dead = await Send(house, camera, upload, at, bytes.Length - at, bytes.AsMemory((int)at, 400_000));
        await Task.Delay(4_000);
        at = await camera.Offset(upload);
        at.ShouldBeGreaterThan(700_000);
        (
            await Eventually(
                async () => (int)(await camera.Patch(upload, at, bytes[(int)at..])).StatusCode,
                status => status != 423 // its silence has not been long enough yet
            )
        ).ShouldBe(204);
        ((int)(await camera.Admit(recording.Envelope)).StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task A_restart_in_the_middle_costs_nothing_that_was_acknowledged()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(RandomNumberGenerator.GetBytes(3_000_000));
        var bytes = recording.Clips[0].Bytes;
        var upload = await camera.Create(recording, recording.Clips[0]);
        await camera.Patch(upload, 0, bytes[..1_234_567]);

        await house.Restart();
        await camera.BeginSession();
        (await camera.Offset(upload)).ShouldBe(1_234_567);
        ((int)(await camera.Patch(upload, 1_234_567, bytes[1_234_567..])).StatusCode).ShouldBe(204);
        await house.Restart();
        await camera.BeginSession();
        ((int)(await camera.Admit(recording.Envelope)).StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task Bytes_that_a_killed_server_had_written_count_in_the_same_boot_and_not_in_another()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(RandomNumberGenerator.GetBytes(500_000));
        var bytes = recording.Clips[0].Bytes;
        var upload = await camera.Create(recording, recording.Clips[0]);
        await camera.Patch(upload, 0, bytes[..100_000]);
        var file = Directory.GetFiles(house.Agency.Folder.Uploads, "*.part").Single();

        // As kill -9 leaves it: written, not noted.
        await Killed(null);
        (await camera.Offset(upload)).ShouldBe(150_000);
        // As a power cut leaves it: the file's length means nothing.
        await Killed("another boot");
        (await camera.Offset(upload)).ShouldBe(100_000);
        // As kill -9 in the middle of a piece with a checksum leaves it.
        File.WriteAllBytes(Path.ChangeExtension(file, ".unchecked"), []);
        await Killed(null);
        (await camera.Offset(upload)).ShouldBe(100_000);

        ((int)(await camera.Patch(upload, 100_000, bytes[100_000..])).StatusCode).ShouldBe(204);
        File.Delete(Path.ChangeExtension(file, ".unchecked"));
        ((int)(await camera.Admit(recording.Envelope)).StatusCode).ShouldBe(200);

        async Task Killed(string? boot)
        {
            await house.Restart();
            await camera.BeginSession();
            using (var tail = File.OpenHandle(file, FileMode.Open, FileAccess.Write))
            {
                RandomAccess.SetLength(tail, 100_000);
                RandomAccess.Write(tail, bytes.AsSpan(100_000, 50_000), 100_000);
            }
            await using var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default);
            await work.Execute("UPDATE upload SET offset_bytes = 100000, boot = COALESCE(@boot, boot)", new { boot }, default);
            if (boot is null)
                await work.Execute(
                    "UPDATE upload SET boot = @boot",
                    new { boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() },
                    default
                );
            await work.Commit(default);
        }
    }

    [Fact]
    public async Task Uploads_nobody_comes_back_for_expire_and_complete_ones_never_do()
    {
        var clock = new TestClock();
        await using var house = await House.Open(clock);
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(clips: 2);
        var half = await camera.Create(recording, recording.Clips[0]);
        await camera.Patch(half, 0, recording.Clips[0].Bytes[..5]);
        var whole = await camera.Create(recording, recording.Clips[1]);
        await camera.Patch(whole, 0, recording.Clips[1].Bytes);

        clock.Advance(TimeSpan.FromDays(15));
        (await house.Agency.Get<Uploads>().Expire(default)).ShouldBe(1);

        (await camera.BeginSession(camera.SignSession(at: clock.Now()))).EnsureSuccessStatusCode();
        ((int)(await camera.Tus(HttpMethod.Head, half)).StatusCode).ShouldBe(410);
        (await camera.Offset(whole)).ShouldBe(recording.Clips[1].Bytes.Length);
    }

    [Fact]
    public async Task When_the_disk_is_promised_away_cameras_are_refused_before_evidence_is_at_risk()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record();
        HttpResponseMessage answer;
        var free = new DriveInfo(house.Data).AvailableFreeSpace;
        var asked = 0L;
        do
        {
            answer = await camera.Tus(
                HttpMethod.Post,
                "api/v1/uploads",
                null,
                ("Upload-Length", $"{60L << 30}"),
                ("Upload-Metadata", camera.Metadata(recording, recording.Clips[0]))
            );
            asked += 60L << 30;
            asked.ShouldBeLessThan(free + (120L << 30));
        } while ((int)answer.StatusCode == 201);
        ((int)answer.StatusCode).ShouldBe(507);
        (await TestCamera.CodeOf(answer)).ShouldBe("disk-nearly-full");
    }

    [Fact]
    public async Task Plain_curl_uploads_and_resumes()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(RandomNumberGenerator.GetBytes(400_000));
        var file = Path.Combine(house.Data, "clip.bin");
        await File.WriteAllBytesAsync(file, recording.Clips[0].Bytes);
        var script = """
            set -e
            H="Tus-Resumable: 1.0.0"; A="Authorization: Bearer $TOKEN"
            L=$(curl -sS -i -X POST -H "$H" -H "$A" -H "Upload-Length: $(stat -c %s "$FILE")" -H "Upload-Metadata: $METADATA" "$URL/api/v1/uploads" | tr -d '\r' | sed -n 's/^Location: //p')
            U="$ORIGIN$L"
            head -c 150000 "$FILE" | curl -sS -o /dev/null -X PATCH -H "$H" -H "$A" -H "Upload-Offset: 0" -H "Content-Type: application/offset+octet-stream" --data-binary @- "$U"
            O=$(curl -sS -I -H "$H" -H "$A" "$U" | tr -d '\r' | sed -n 's/^Upload-Offset: //p')
            test "$O" = 150000
            tail -c +$((O + 1)) "$FILE" | curl -sS -w '%{http_code}' -X PATCH -T - -H "$H" -H "$A" -H "Upload-Offset: $O" -H "Content-Type: application/offset+octet-stream" "$U"
            """;
        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TOKEN"] = camera.Http.DefaultRequestHeaders.Authorization!.Parameter;
        start.Environment["FILE"] = file;
        start.Environment["METADATA"] = camera.Metadata(recording, recording.Clips[0]);
        start.Environment["URL"] = house.Address.ToString().TrimEnd('/');
        start.Environment["ORIGIN"] = house.Address.GetLeftPart(UriPartial.Authority);
        using var curl = Process.Start(start)!;
        (await curl.StandardOutput.ReadToEndAsync()).ShouldBe("204", await curl.StandardError.ReadToEndAsync());
        ((int)(await camera.Admit(recording.Envelope)).StatusCode).ShouldBe(200);
    }

    static async Task<T> Eventually<T>(Func<Task<T>> look, Func<T, bool> enough)
    {
        for (var tries = 0; tries < 1200; tries++)
        {
            if (await look() is var seen && enough(seen))
                return seen;
            await Task.Delay(100);
        }
        return await look();
    }

    /// <summary>A PATCH on a bare socket that promises more than it sends.</summary>
    static async Task<TcpClient> Send(
        House house,
        TestCamera camera,
        string upload,
        long offset,
        long promised,
        ReadOnlyMemory<byte> bytes
    )
    {
        var line = new TcpClient();
        await line.ConnectAsync(house.Address.Host, house.Address.Port);
        var head =
            $"PATCH {upload} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nAuthorization: {camera.Http.DefaultRequestHeaders.Authorization}\r\n"
            + $"Upload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {promised}\r\n\r\n";
        await line.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
        await line.GetStream().WriteAsync(bytes);
        return line;
    }
}
