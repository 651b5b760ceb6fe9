using System.Net.Sockets;
using Lapel.CameraProgram;
using Shouldly;
using Xunit;

namespace Lapel.Tests.CameraProgram;

public class CameraProcessTests
{
    [Fact]
    public async Task Signals_and_the_socket_command_it_and_a_termination_closes_the_recording_in_order()
    {
        using var camera = await TestCamera.On();
        using var process = CameraProcess.Run(camera, "--pre-event", "2", "--pre-event-sound");
        await CameraProcess.Until(camera, s => s.PreEventSeconds > 1);

        process.Send(10); // USR1
        await CameraProcess.Until(camera, s => s.Recording?.KeptUntil is not null);
        (await CameraProcess.Tell(camera, new("mark", Label: "seen"))).Ok.ShouldBeTrue();
        process.Send(12); // USR2
        await CameraProcess.Until(camera, s => s is { Recording: null, WaitingRecordings: 1 });

        var begun = await CameraProcess.Tell(camera, new("activate", Trigger: "light-bar", Detail: "unit 3121"));
        var folder = camera.Home.Folder(begun.Recording!.Value);
        (await CameraProcess.Tell(camera, new("mute"))).Code.ShouldBe("reason-needed");
        (await CameraProcess.Tell(camera, new("mute", Reason: "privileged"))).Ok.ShouldBeTrue();
        await Task.Delay(1200);
        (await CameraProcess.Tell(camera, new("fly"))).Code.ShouldBe("unknown-verb");
        process.Send(15);
        (await process.Exit()).ShouldBe(0, process.Said);

        var manifest = camera.Manifest(folder);
        manifest.Ending.ShouldBe(Ending.Deactivated);
        manifest.EndCause.Trigger.ShouldBe("shutdown");
        manifest.StartCause.ShouldBe(new("light-bar", "unit 3121"));
        manifest.States.ShouldHaveSingleItem().ReasonCode.ShouldBe("privileged");
        manifest.Sequence.ShouldBe(2);
        File.Exists(camera.Home.ControlSocketPath).ShouldBeFalse();
    }

    [Fact]
    public async Task When_ffmpeg_is_killed_another_clip_of_the_same_recording_begins()
    {
        using var camera = await TestCamera.On();
        using var process = CameraProcess.Run(camera, "--pre-event", "0");
        await CameraProcess.Until(camera, s => s.State == "ready");
        var begun = await CameraProcess.Tell(camera, new("activate"));
        await CameraProcess.Until(camera, s => s.Recording?.KeptUntil > s.Recording?.ActivatedAt);
        foreach (var ffmpeg in process.Children("ffmpeg"))
            ffmpeg.Kill();
        await CameraProcess.Until(camera, s => s.Recording is { ClosedClips.Count: 1, KeptUntil: not null });
        (await CameraProcess.Tell(camera, new("deactivate"))).Recording.ShouldBe(begun.Recording);
        var manifest = camera.Manifest(camera.Home.Folder(begun.Recording!.Value));
        manifest.Clips.Count.ShouldBe(2);
        manifest.Clips.ShouldAllBe(c => c.Complete);
        manifest.Bookmarks.Select(b => b.Label!.Split(':')[0]).ShouldBe(["Picture lost", "Picture back"]);
    }

    [Fact]
    public async Task Only_one_program_runs_on_a_folder_and_only_its_owner_reaches_the_socket()
    {
        using var camera = await TestCamera.On();
        using var first = CameraProcess.Run(camera);
        await CameraProcess.Tell(camera, new("status"));
        File.GetUnixFileMode(camera.Home.ControlSocketPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(camera.Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var second = CameraProcess.Run(camera);
        (await second.Exit()).ShouldBe(1);
        second.Said.ShouldContain("already running");
        first.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task Junk_on_the_socket_gets_an_answer_or_nothing_and_the_camera_goes_on()
    {
        using var camera = await TestCamera.On();
        using var process = CameraProcess.Run(camera);
        await CameraProcess.Tell(camera, new("status"));
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var junk = new byte[random.Next(1, 20_000)];
            random.NextBytes(junk);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(camera.Home.ControlSocketPath));
                await socket.SendAsync(junk);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
            {
                await Task.Delay(20); // its queue is full for the moment
            }
        }
        (await CameraProcess.Tell(camera, new("status"))).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task Enrolment_that_fails_says_why_in_one_sentence()
    {
        var folder = Path.Combine(Path.GetTempPath(), "lapel-enrol-" + Guid.NewGuid().ToString("N")[..8]);
        try
        {
            await Fails("cannot be reached", "--server", "http://127.0.0.1:1/x", "--code", "ABC");
            await Fails("is not encrypted", "--server", "http://lapel.example/x", "--code", "ABC");
            await Fails("is not the address", "--server", "lapel", "--code", "ABC");
            using var run = CameraProcess.Start("run", "--home", folder, "--source", "scene");
            (await run.Exit()).ShouldBe(1);
            run.Said.ShouldContain("not enrolled");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task Fails(string because, params string[] arguments)
        {
            using var enrol = CameraProcess.Start(["enrol", "--home", folder, .. arguments]);
            (await enrol.Exit()).ShouldBe(1);
            enrol.Said.Trim().ShouldContain(because);
            enrol.Said.Trim().Split('\n').Length.ShouldBe(1, enrol.Said);
        }
    }
}
