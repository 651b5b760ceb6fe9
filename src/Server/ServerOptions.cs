using System.Globalization;
using System.Net;
using System.Text.Json;
using Lapel.Live;
using Lapel.Records;
using Lapel.WebRtc;

namespace Lapel.Server;

/// <summary>How this server runs. Order of precedence: command line, then the configuration file, then these defaults.</summary>
public sealed record ServerOptions
{
    /// <summary>Everything that lasts is below this folder.</summary>
    public string Data { get; init; } = "data";

    /// <summary>Keys of all agencies, when they shall not lie beside the data.</summary>
    public string? Keys { get; init; }

    /// <summary><c>postgres://user:password@host:port/database</c>; SQLite in the data folder without it.</summary>
    public string? Records { get; init; }

    public string Bind { get; init; } = "127.0.0.1";

    /// <summary>0 picks a free port.</summary>
    public int Port { get; init; } = 8420;

    /// <summary>UDP and TCP port of live picture and sound. Without it 8189, or another that is free; 0 picks a free one.</summary>
    public int? LivePort { get; init; }

    /// <summary>
    /// Addresses of gateways in processes of their own (`./lapel gateway`), as browsers and cameras reach them. With one or more, this
    /// process carries no picture and no sound itself and opens no port for them.
    /// </summary>
    public IReadOnlyList<string> Gateways { get; init; } = [];

    /// <summary>TURN servers that are named to live clients, as turn:turn.example:3478?transport=udp; none by default.</summary>
    public IReadOnlyList<string> Turn { get; init; } = [];

    /// <summary>The file with the secret that is shared with them.</summary>
    public string? TurnSecretFile { get; init; }

    /// <exception cref="FormatException">They are not written as they should be, or this process carries no packets.</exception>
    public TurnServers? TurnServers() =>
        Turn.Count > 0 && Gateways.Count > 0
            ? throw new FormatException(
                "TURN servers are named to the gateways (./lapel gateway --turn), since these carry the packets."
            )
            : WebRtc.TurnServers.Read(Turn, TurnSecretFile);

    /// <summary>
    /// UDP ports for cameras that are not ours and push their picture by SRT, one each, as 9710-9729. Without these and without
    /// <see cref="RtmpPort"/> this server takes no such streams and asks no camera for one.
    /// </summary>
    public string? SourcePorts { get; init; }

    /// <summary>The address at which those ports listen, and the next.</summary>
    public string SourceBind { get; init; } = "127.0.0.1";

    /// <summary>TCP port for cameras that are not ours and push their picture by RTMPS, one for all. 0 picks a free one.</summary>
    public int? RtmpPort { get; init; }

    /// <summary>PEM file of the certificate that those cameras see, followed by those between it and a root that they know.</summary>
    public string? RtmpCertificate { get; init; }

    /// <summary>PEM file of its private key.</summary>
    public string? RtmpCertificateKey { get; init; }

    /// <summary>Whether that port takes RTMP without TLS too: everybody on the way can then read keys and pictures.</summary>
    public bool RtmpUnencrypted { get; init; }

    /// <exception cref="FormatException">Ports, address or certificate are not what they should be; the message says which.</exception>
    public SourceWays? Sources(TimeProvider clock)
    {
        var srt = SourcePorts is null ? null : SourceRange.Parse(SourceBind, SourcePorts);
        var rtmp = RtmpPort is { } port ? Rtmp(port) : null;
        return srt is null && rtmp is null ? null : new(srt, rtmp is null ? null : new(rtmp, clock));
    }

    RtmpOptions Rtmp(int port)
    {
        if ((RtmpCertificate is null) != (RtmpCertificateKey is null))
            throw new FormatException("A certificate for RTMPS is two files: --rtmp-certificate and --rtmp-certificate-key.");
        if (RtmpCertificate is null && !RtmpUnencrypted)
            throw new FormatException(
                "--rtmp-port takes RTMPS, which needs --rtmp-certificate and --rtmp-certificate-key. Without TLS everybody on the way can read "
                    + "the cameras' keys; where that is no danger, say --rtmp-unencrypted allow."
            );
        return new(
            SourceRange.ParseBind(SourceBind),
            port,
            RtmpCertificate is null ? null : Live.RtmpCertificate.Load(RtmpCertificate, RtmpCertificateKey!),
            RtmpUnencrypted
        );
    }

    /// <exception cref="FormatException">One is not an address by http or https.</exception>
    public IReadOnlyList<Uri> GatewayAddresses() =>
        [
            .. Gateways.Select(text =>
                Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var at) && at.Scheme is "http" or "https"
                    ? at
                    : throw new FormatException($"A gateway is named by its address, as https://live1.example, not '{text}'.")
            ),
        ];

    /// <summary>
    /// Addresses or networks of proxies that stand in front and are believed: whom a request comes from, by which scheme and host it was
    /// asked, is then what their X-Forwarded headers say. From anybody else these headers mean nothing.
    /// </summary>
    public IReadOnlyList<string> BehindProxy { get; init; } = [];

    /// <exception cref="FormatException">One is neither an address nor a network.</exception>
    public IReadOnlyList<IPNetwork> Proxies() =>
        [
            .. BehindProxy.Select(text =>
                IPAddress.TryParse(text, out var one) ? new IPNetwork(one, one.GetAddressBytes().Length * 8)
                : IPNetwork.TryParse(text, out var network) ? network
                : throw new FormatException(
                    $"A proxy is named by its address or network, as 10.0.0.5 or 10.0.0.0/24, not '{text}'."
                )
            ),
        ];

    /// <summary>Free space that is never given to uploads, in bytes; the greater of this and 5 % of the disk.</summary>
    public long ReserveBytes { get; init; } = 2L << 30;

    /// <summary>Outside witnesses that countersign the head of every log: their submission addresses and verifier keys.</summary>
    public IReadOnlyList<WitnessOption> Witnesses { get; init; } = [];

    public sealed record WitnessOption(string Url, string VerifierKey);

    /// <exception cref="FormatException">A witness's key or address is not one.</exception>
    public IReadOnlyList<WitnessAddress> WitnessAddresses() =>
        [.. Witnesses.Select(w => new WitnessAddress(new Uri(w.Url), NoteKey.Parse(w.VerifierKey)))];

    /// <exception cref="FormatException">An option is unknown or has an impossible value; the message says which.</exception>
    public static ServerOptions Read(string[] args)
    {
        var words = new Queue<string>(args);
        var given = new Dictionary<string, string>();
        while (words.TryDequeue(out var word))
        {
            if (!word.StartsWith("--", StringComparison.Ordinal) || !words.TryDequeue(out var value))
                throw new FormatException($"'{word}' is not understood: options are written --name value.");
            given[word[2..]] = value;
        }
        var options = given.Remove("config", out var file) ? ReadFile(file) : new ServerOptions();
        foreach (var (name, value) in given)
            options = name switch
            {
                "data" => options with { Data = value },
                "keys" => options with { Keys = value },
                "records" => options with { Records = value },
                "bind" => options with { Bind = value },
                "port" => options with { Port = ReadPort(value) },
                "live-port" => options with { LivePort = ReadPort(value) },
                "gateways" => options with { Gateways = value.Split(',', StringSplitOptions.TrimEntries) },
                "turn" => options with { Turn = value.Split(',', StringSplitOptions.TrimEntries) },
                "turn-secret-file" => options with { TurnSecretFile = value },
                "source-ports" => options with { SourcePorts = value },
                "source-bind" => options with { SourceBind = value },
                "rtmp-port" => options with { RtmpPort = ReadPort(value) },
                "rtmp-certificate" => options with { RtmpCertificate = value },
                "rtmp-certificate-key" => options with { RtmpCertificateKey = value },
                "rtmp-unencrypted" => options with { RtmpUnencrypted = ReadAllow(value) },
                "behind-proxy" => options with { BehindProxy = value.Split(',', StringSplitOptions.TrimEntries) },
                "reserve-bytes" => options with { ReserveBytes = ReadBytes(value) },
                _ => throw new FormatException(
                    $"--{name} is not an option. Options: --config --data --keys --records --bind --port --live-port --gateways --turn --turn-secret-file --source-ports --source-bind --rtmp-port --rtmp-certificate --rtmp-certificate-key --rtmp-unencrypted --behind-proxy --reserve-bytes."
                ),
            };
        _ = options.GatewayAddresses();
        _ = options.Sources(TimeProvider.System);
        _ = options.TurnServers();
        _ = options.Proxies(); // a wrong one is said now, and not at the first request
        return options with
        {
            Data = Path.GetFullPath(options.Data),
            Keys = options.Keys is { } keys ? Path.GetFullPath(keys) : null,
        };
    }

    static ServerOptions ReadFile(string file)
    {
        try
        {
            var dialect = new JsonSerializerOptions(LapelJson.Strict)
            {
                ReadCommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
            };
            return JsonSerializer.Deserialize<ServerOptions>(File.ReadAllBytes(file), dialect) ?? new();
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"The configuration {file} is not understood: {wrong.Message}");
        }
    }

    static int ReadPort(string value) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535
            ? port
            : throw new FormatException($"--port takes a number from 0 to 65535, not '{value}'.");

    static bool ReadAllow(string value) =>
        value == "allow" ? true : throw new FormatException($"--rtmp-unencrypted is followed by allow, not '{value}'.");

    static long ReadBytes(string value) =>
        long.TryParse(value, CultureInfo.InvariantCulture, out var bytes) && bytes >= 0
            ? bytes
            : throw new FormatException($"--reserve-bytes takes a number of bytes, not '{value}'.");
}
