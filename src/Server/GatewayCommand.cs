using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Lapel.Live;
using Lapel.Web;
using Lapel.WebRtc;

namespace Lapel.Server;

/// <summary>
/// `./lapel gateway`: this process as a gateway alone, with no records, no pages and no secret. It carries live packets for the agencies whose
/// public keys it is given, as long as their records are in touch.
/// </summary>
static class GatewayCommand
{
    sealed record Options
    {
        public IReadOnlyList<(string Agency, byte[] Spki)> Keys { get; init; } = [];
        public string Bind { get; init; } = "127.0.0.1";
        public int Port { get; init; } = 8430;
        public int LivePort { get; init; } = 8189;
        public IReadOnlyList<IPAddress> Announce { get; init; } = [];
        public IReadOnlyList<string> Turn { get; init; } = [];
        public string? TurnSecretFile { get; init; }
    }

    /// <exception cref="FormatException">An option is unknown or has an impossible value; the message says which.</exception>
    public static async Task<int> Run(string[] args)
    {
        var options = Read(args);
        var gateway = new Gateway(
            new()
            {
                Bind = [IPAddress.Parse(options.Bind)],
                UdpPort = options.LivePort,
                TcpPort = options.LivePort,
                Announce = options.Announce,
                Turn = TurnServers.Read(options.Turn, options.TurnSecretFile),
            },
            TimeProvider.System
        );
        await using var app = Build(options);
        new GatewayAlone(gateway, options.Keys, TimeProvider.System).Map(app);
        try
        {
            gateway.Start();
        }
        catch (Exception cannot) when (cannot is SocketException or DllNotFoundException)
        {
            await Console.Error.WriteLineAsync($"The gateway cannot start: {cannot.Message}");
            return 1;
        }
        try
        {
            await app.StartAsync();
            Console.WriteLine(
                $"The gateway is at {app.Address()}/, its media at port {gateway.UdpPort}, for {string.Join(", ", options.Keys.Select(k => k.Agency))}"
            );
            await app.WaitForShutdownAsync();
            return 0;
        }
        finally
        {
            await gateway.Stop();
        }
    }

    static WebApplication Build(Options options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(line => line.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Parse(options.Bind), options.Port);
            kestrel.AddServerHeader = false;
        });
        builder.Services.ConfigureHttpJsonOptions(json => Custody.LapelJson.Configure(json.SerializerOptions));
        return builder.Build();
    }

    static Options Read(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} needs a value.");
            options = args[i] switch
            {
                "--key" => options with { Keys = [.. options.Keys, LiveModule.ReadGatewayKey(value)] },
                "--bind" => options with { Bind = IsAddress(value) ? value : throw NoAddress(value) },
                "--port" => options with { Port = ReadPort(args[i], value) },
                "--live-port" => options with { LivePort = ReadPort(args[i], value) },
                "--announce" => options with
                {
                    Announce = [.. value.Split(',').Select(a => IsAddress(a) ? IPAddress.Parse(a) : throw NoAddress(a))],
                },
                "--turn" => options with { Turn = value.Split(',', StringSplitOptions.TrimEntries) },
                "--turn-secret-file" => options with { TurnSecretFile = value },
                _ => throw new FormatException(
                    $"{args[i]} is not an option of gateway. Options: --key --bind --port --live-port --announce --turn --turn-secret-file."
                ),
            };
        }
        return options.Keys.Count > 0
            ? options
            : throw new FormatException(
                "A gateway needs the public key of each agency it carries for: --key \"$(curl -s https://SERVER/AGENCY/live/gateway-key)\"."
            );
    }

    static bool IsAddress(string text) => IPAddress.TryParse(text, out _);

    static FormatException NoAddress(string text) => new($"'{text}' is not an IP address.");

    static int ReadPort(string option, string value) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535
            ? port
            : throw new FormatException($"{option} takes a number from 0 to 65535, not '{value}'.");
}
