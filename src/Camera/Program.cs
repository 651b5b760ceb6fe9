using System.CommandLine;
using System.Text.Json;
using Lapel.Media;

namespace Lapel.CameraProgram;

/// <summary>The camera's command line: docs/operations/camera.md.</summary>
static class Program
{
    static readonly Option<string> HomeFolder = new("--home") { Description = "The camera's folder.", Required = true };

    static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("A body-worn camera: records, seals, uploads.") { Enrol(), Run(), Control() };
        try
        {
            // Signals are the camera's own business: the default would cut a recording off after two seconds.
            var own = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
            return await root.Parse(args).InvokeAsync(own);
        }
        catch (CameraException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or FfmpegException
                        or System.Security.Cryptography.CryptographicException
            )
        {
            await Console.Error.WriteLineAsync($"The camera cannot go on: {e.Message}");
            return 1;
        }
    }

    static Command Enrol()
    {
        var server = new Option<string>("--server")
        {
            Description = "Address of the agency, as https://lapel.example/toronto.",
            Required = true,
        };
        var code = new Option<string>("--code") { Description = "The one-time code from the page of cameras.", Required = true };
        var serial = new Option<string?>("--serial")
        {
            Description = "The number on the camera's back, for which the code was made; a random one if none is given.",
        };
        var clear = new Option<bool>("--allow-clear-http")
        {
            Description = "Enrol without encryption, on a network that only you use.",
        };
        var command = new Command("enrol", "Give this camera its identity.") { HomeFolder, server, code, serial, clear };
        command.SetAction(
            async (parse, stop) =>
            {
                var address = Enrolment.Address(parse.GetValue(server)!, parse.GetValue(clear));
                var home = Home.At(parse.GetValue(HomeFolder)!);
                using var held = home.Lock();
                using var http = Client();
                var number = parse.GetValue(serial) ?? $"LC-{CameraId.New().Text[^8..].ToUpperInvariant()}";
                var enrolment = await Enrolment.Enrol(home, address, parse.GetValue(code)!, number, http, stop);
                Console.WriteLine(
                    $"Enrolled with {enrolment.AgencyName} as camera {enrolment.Camera}, serial {enrolment.Serial}."
                );
                return 0;
            }
        );
        return command;
    }

    static Command Run()
    {
        var source = new Option<string>("--source")
        {
            Description = "scene | file:PATH | rtsp:URL | v4l2:/dev/video0[,alsa:hw:0]",
            Required = true,
        };
        var preEvent = new Option<int>("--pre-event")
        {
            Description = "Seconds kept from before an activation, 0 to 600.",
            DefaultValueFactory = _ => 30,
        };
        var preEventSound = new Option<bool>("--pre-event-sound") { Description = "Keep the sound of those seconds too." };
        var docked = new Option<bool>("--docked") { Description = "Begin docked: upload what waits." };
        var limit = new Option<int?>("--limit-kbps") { Description = "Upload at most so many kilobits a second." };
        var badge = new Option<string?>("--badge-text")
        {
            Description = "Text burnt into the test scene; otherwise the officer's badge.",
        };
        var position = new Option<string?>("--position") { Description = "gpsd:HOST:PORT | nmea:PATH | route:FILE" };
        var clipSeconds = new Option<int>("--clip-seconds")
        {
            Description = "Length of a clip, 5 to 3600.",
            DefaultValueFactory = _ => 600,
        };
        var keepFree = new Option<int>("--keep-free-mb")
        {
            Description = "Recording ends before the disk has less than this.",
            DefaultValueFactory = _ => 64,
        };
        var size = new Option<string>("--size")
        {
            Description = "Width and height of the picture.",
            DefaultValueFactory = _ => "1280x720",
        };
        var fps = new Option<int>("--fps") { Description = "Frames a second.", DefaultValueFactory = _ => 30 };
        var kbps = new Option<int>("--video-kbps") { Description = "Bit rate of the picture.", DefaultValueFactory = _ => 2500 };
        var noLive = new Option<bool>("--no-live") { Description = "Never go live, whatever the agency allows." };
        var command = new Command("run", "Be a camera until told to stop.")
        {
            HomeFolder,
            source,
            preEvent,
            preEventSound,
            docked,
            limit,
            badge,
            position,
            clipSeconds,
            keepFree,
            size,
            fps,
            kbps,
            noLive,
        };
        command.SetAction(
            async (parse, stop) =>
            {
                var pixels = parse.GetValue(size)!.Split('x');
                if (pixels.Length != 2 || !int.TryParse(pixels[0], out var width) || !int.TryParse(pixels[1], out var height))
                    throw new CameraException($"'{parse.GetValue(size)}' is no size: write 1280x720.");
                var settings = new RunSettings(
                    parse.GetValue(source)!,
                    new(
                        Duration.FromSeconds(Within(parse.GetValue(preEvent), 0, 600, "--pre-event")),
                        parse.GetValue(preEventSound),
                        Duration.FromSeconds(Within(parse.GetValue(clipSeconds), 5, 3600, "--clip-seconds")),
                        (long)Within(parse.GetValue(keepFree), 0, int.MaxValue, "--keep-free-mb") << 20
                    ),
                    new(
                        Within(width, 64, 7680, "--size"),
                        Within(height, 64, 4320, "--size"),
                        Within(parse.GetValue(fps), 1, 120, "--fps"),
                        Within(parse.GetValue(kbps), 50, 100_000, "--video-kbps")
                    ),
                    parse.GetValue(docked),
                    parse.GetValue(limit) is { } most ? Within(most, 1, int.MaxValue, "--limit-kbps") : null,
                    parse.GetValue(badge),
                    parse.GetValue(position),
                    !parse.GetValue(noLive)
                );
                using var http = Client();
                await Running.Run(Home.At(parse.GetValue(HomeFolder)!), settings, http);
                return 0;
            }
        );
        return command;
    }

    static Command Control()
    {
        var verb = new Argument<string>("verb") { Description = string.Join(", ", Controls.Verbs) };
        verb.AcceptOnlyFromAmong([.. Controls.Verbs]);
        var trigger = new Option<string?>("--trigger")
        {
            Description = "activate, deactivate: what asks, as button or dispatch.",
        };
        var detail = new Option<string?>("--detail") { Description = "activate, deactivate: more about it." };
        var urgent = new Option<bool>("--urgent") { Description = "activate: upload before others." };
        var label = new Option<string?>("--label") { Description = "mark: a few words." };
        var reason = new Option<string?>("--reason") { Description = "mute, avert, stop, help: the reason's code." };
        var text = new Option<string?>("--text") { Description = "mute, avert, stop, help: the reason in words." };
        var aloud = new Option<bool>("--said-aloud") { Description = "mute, avert, stop: the reason was said on the recording." };
        var place = new Option<string?>("--place")
        {
            Description = "mute, avert, stop: the kind of place, as hospital or public.",
        };
        var askedBy = new Option<string?>("--asked-by") { Description = "mute, avert, stop: who asked, as occupant or medical." };
        var supervisor = new Option<string?>("--supervisor")
        {
            Description = "mute, avert, stop: badge of the supervisor who was told.",
        };
        var json = new Option<bool>("--json") { Description = "Print the answer as it came." };
        var command = new Command("ctl", "Tell a running camera something.")
        {
            HomeFolder,
            verb,
            trigger,
            detail,
            urgent,
            label,
            reason,
            text,
            aloud,
            place,
            askedBy,
            supervisor,
            json,
        };
        command.SetAction(
            async (parse, stop) =>
            {
                var ask = new ControlRequest(
                    parse.GetValue(verb)!,
                    parse.GetValue(trigger),
                    parse.GetValue(detail),
                    parse.GetValue(urgent),
                    parse.GetValue(label),
                    parse.GetValue(reason),
                    parse.GetValue(text),
                    parse.GetValue(aloud),
                    parse.GetValue(place),
                    parse.GetValue(askedBy),
                    parse.GetValue(supervisor)
                );
                var answer = await ControlSocket.Ask(Home.At(parse.GetValue(HomeFolder)!).ControlSocketPath, ask, stop);
                if (parse.GetValue(json))
                    Console.WriteLine(JsonSerializer.Serialize(answer, LapelJson.Strict));
                else if (answer.Status is { } status)
                    Console.WriteLine(Talk.About(status));
                else if (answer.Ok)
                    Console.WriteLine(
                        answer.Recording is { } recording ? $"Done: {ask.Verb} (recording {recording})." : $"Done: {ask.Verb}."
                    );
                else
                    await Console.Error.WriteLineAsync(answer.Sentence);
                return answer.Ok ? 0 : 1;
            }
        );
        return command;
    }

    static int Within(int value, int least, int most, string option) =>
        value >= least && value <= most
            ? value
            : throw new CameraException($"{option} must be between {least} and {most}, not {value}.");

    /// <summary>One connection is kept warm, so that the clock is compared over a short round trip.</summary>
    static HttpClient Client() =>
        new(
            new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(10),
                AllowAutoRedirect = false,
                UseCookies = false,
            }
        )
        {
            Timeout = TimeSpan.FromMinutes(30), // a piece at a limited rate; silence is noticed much earlier, see TusUpload
        };
}
