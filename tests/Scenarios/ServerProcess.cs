namespace Lapel.Scenarios;

/// <summary>The real server in a process of its own on loopback. It can be killed and started again on the same folder and port.</summary>
sealed class ServerProcess : IAsyncDisposable
{
    static readonly TimeSpan LongestStart = Wait.Patiently;

    readonly IReadOnlyList<string> more;
    OwnProcess process;

    ServerProcess(string data, Uri address, IReadOnlyList<string> more, OwnProcess process) =>
        (Data, Address, this.more, this.process) = (data, address, more, process);

    public string Data { get; }

    /// <summary>The server's root, with a slash at the end.</summary>
    public Uri Address { get; }

    public OwnProcess Process => process;

    /// <param name="more">Further options of the server.</param>
    public static async Task<ServerProcess> Start(string data, params string[] more)
    {
        var process = Launch(data, Ports.Free(), more, null);
        return new(data, await Begun(process), more, process);
    }

    /// <summary>On a clock of its own: see <see cref="WrongClock"/>.</summary>
    public static async Task<ServerProcess> StartWithClock(string data, string offset)
    {
        var process = OwnProcess.Start("dotnet", Arguments(data, Ports.Free(), []), WrongClock.By(offset));
        return new(data, await Begun(process), [], process);
    }

    /// <summary>Starts it again where it was, after it ended or was killed.</summary>
    /// <param name="crashAt">A step of Ingest's at which it shall kill itself.</param>
    public async Task StartAgain(string? crashAt = null)
    {
        process.HasExited.ShouldBeTrue("the server is still running");
        await process.DisposeAsync();
        process = Launch(Data, Address.Port, more, crashAt);
        (await Begun(process)).ShouldBe(Address);
    }

    public async Task Restart(string? crashAt = null)
    {
        (await process.Stop()).ShouldBe(0, process.Said);
        await StartAgain(crashAt);
    }

    public Task Kill() => process.Kill();

    static OwnProcess Launch(string data, int port, IReadOnlyList<string> more, string? crashAt)
    {
        var arguments = Arguments(data, port, more);
        return crashAt is null
            ? OwnProcess.Start("dotnet", arguments)
            : OwnProcess.Start("dotnet", arguments, ("LAPEL_CRASH_AT", crashAt));
    }

    static string[] Arguments(string data, int port, IReadOnlyList<string> more) =>
        [Programs.Server, "--data", data, "--port", $"{port}", "--live-port", "0", "--reserve-bytes", "0", .. more];

    static async Task<Uri> Begun(OwnProcess process) => new(await process.Line("Lapel is at ", LongestStart));

    /// <summary>What `./lapel fsck` says about the folder.</summary>
    public static Task<(int Code, string Said)> Fsck(string data, params string[] more) =>
        OwnProcess.Run("dotnet", [Programs.Server, "fsck", "--data", data, .. more]);

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
