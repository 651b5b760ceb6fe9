using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lapel.Media;

/// <summary>Picture and sound from a camera that is not ours, for one ffmpeg to turn into packets.</summary>
public abstract partial record ForeignSource
{
    /// <summary>What somebody else received and writes to stdin, as FLV.</summary>
    public sealed record Flv : ForeignSource
    {
        // Codecs begin with headers of their own, so there is nothing to be learned from counting pictures, which takes a second and a half.
        private protected override FfmpegArguments Input(FfmpegArguments arguments) =>
            arguments.Input("pipe:0", [.. AtOnce, "-protocol_whitelist", "pipe", .. Probing, "-f", "flv"]);

        static readonly string[] Probing =
        [
            "-probesize",
            ProbeBytes,
            "-analyzeduration",
            ProbeMicroseconds,
            "-fpsprobesize",
            "0",
        ];
    }

    /// <summary>
    /// What ffmpeg fetches or waits for itself. Command lines can be read by everyone on the machine, so address and secret are not on it:
    /// ffmpeg reads them from stdin, as a list of one (the ffconcat format).
    /// </summary>
    public abstract record Listed : ForeignSource
    {
        private protected abstract string Protocols { get; }
        private protected abstract string Url { get; }
        private protected abstract IReadOnlyList<(string Name, string Value)> Options { get; }

        /// <summary>What ffmpeg reads on stdin, and nowhere else: close it after this.</summary>
        public byte[] Script()
        {
            var script = new StringBuilder("ffconcat version 1.0\n").Append("file ").Append(Quoted(Url)).Append('\n');
            foreach (
                var (name, value) in (IEnumerable<(string, string)>)
                    [.. Options, ("probesize", ProbeBytes), ("analyzeduration", ProbeMicroseconds)]
            )
                script.Append("option ").Append(name).Append(' ').Append(Quoted(value)).Append('\n');
            return Encoding.UTF8.GetBytes(script.ToString());
        }

        private protected override FfmpegArguments Input(FfmpegArguments arguments) =>
            arguments.Input("pipe:0", [.. AtOnce, "-f", "concat", "-safe", "0", "-protocol_whitelist", Protocols]);
    }

    /// <summary>Waits for one camera that pushes by SRT; whoever has another passphrase, or none, is refused in the handshake.</summary>
    /// <param name="Bind">Address to listen at.</param>
    /// <param name="Passphrase">10 to 79 characters; it encrypts with AES-128.</param>
    public sealed record Srt(string Bind, int Port, string Passphrase) : Listed
    {
        private protected override string Protocols => "pipe,srt";

        private protected override string Url =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"srt://{(Bind.Contains(':', StringComparison.Ordinal) ? $"[{Bind}]" : Bind)}:{Port}?mode=listener"
            );

        // Without enforced encryption, which is libsrt's default, a caller without a passphrase would be let in.
        private protected override IReadOnlyList<(string, string)> Options =>
            [("passphrase", Passphrase), ("pbkeylen", "16"), ("enforced_encryption", "1"), ("timeout", IdleMicroseconds)];

        private protected override string Secret => Passphrase;
    }

    /// <summary>Asks a camera that offers RTSP, over TCP.</summary>
    /// <param name="Address">rtsp: or rtsps:, without name and password.</param>
    /// <param name="User">None where the camera asks for none.</param>
    public sealed record Rtsp(Uri Address, string? User, string? Password) : Listed
    {
        private protected override string Protocols => "pipe,rtsp,rtp,tcp,tls";

        private protected override string Url =>
            User is null
                ? Address.AbsoluteUri
                : $"{Address.Scheme}://{Uri.EscapeDataString(User)}:{Uri.EscapeDataString(Password ?? "")}@{Address.Authority}{Address.PathAndQuery}";

        private protected override IReadOnlyList<(string, string)> Options =>
            [("rtsp_transport", "tcp"), ("timeout", IdleMicroseconds)];

        private protected override string Secret => Password ?? "";
    }

    const string IdleMicroseconds = "10000000";
    const string ProbeBytes = "300000";
    const string ProbeMicroseconds = "1000000";

    static readonly string[] AtOnce = ["-fflags", "nobuffer", "-flags", "low_delay"];

    private protected abstract FfmpegArguments Input(FfmpegArguments arguments);

    private protected virtual string Secret => "";

    /// <summary>Its kind alone: a journal shall not show the rest by accident.</summary>
    public sealed override string ToString() => GetType().Name;

    /// <summary>The command without anything secret in it.</summary>
    /// <param name="encodeAgain">For what a browser cannot show as it comes: another codec than H.264, or pictures out of order.</param>
    public FfmpegArguments Arguments(CaptureTap tap, bool encodeAgain)
    {
        var arguments = Input(new FfmpegArguments()).Map("0:v:0", "0:a:0?");
        if (encodeAgain)
            arguments.Add("-vf", "scale='min(1280,iw)':-2").H264("ultrafast", 1500);
        else
            arguments.Add("-c:v", "copy");
        return arguments.Add("-af", "aresample=async=1000").ToTap(tap);
    }

    /// <summary>What ffmpeg said, without what nobody may read: for the journal.</summary>
    public string Redacted(string said)
    {
        var clean = UserInfo().Replace(said, "://…@");
        foreach (var secret in (ReadOnlySpan<string>)[Secret, Uri.EscapeDataString(Secret)])
            if (secret.Length > 0)
                clean = clean.Replace(secret, "…", StringComparison.Ordinal);
        return clean;
    }

    /// <summary>ffmpeg's own last words when the picture is no H.264, and copying it therefore failed.</summary>
    public static bool SaysNoH264(string said) => said.Contains("h264_mp4toannexb", StringComparison.Ordinal);

    [GeneratedRegex(@"://[^/\s]*@")]
    private static partial Regex UserInfo();

    // ffmpeg's quoting: nothing means anything between two apostrophes, and one of them is written outside.
    static string Quoted(string text) =>
        text.Any(char.IsControl)
            ? throw new ArgumentException("A line of ffmpeg's list has no control characters.", nameof(text))
            : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
