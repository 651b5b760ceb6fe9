using System.Net.Sockets;
using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>
/// The local socket by which a button, a holster sensor, a light bar or a script reaches the camera: one JSON object a line, one line
/// back. Only the account that runs the camera may open it.
/// </summary>
public sealed class ControlSocket(string path, Controls controls)
{
    const int LongestRequestBytes = 8 * 1024;
    const int LongestPath = 107; // sockaddr_un has 108 with the closing zero

    public async Task Run(CancellationToken stop)
    {
        if (path.Length > LongestPath)
            throw new CameraException($"The path {path} is too long for a socket: choose a --home with a shorter one.");
        File.Delete(path); // left by a killed program; ours alone, since we hold the lock
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(128);
        try
        {
            while (true)
                _ = Serve(await listener.AcceptAsync(stop), stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the program ends
        }
        finally
        {
            File.Delete(path);
        }
    }

    async Task Serve(Socket socket, CancellationToken stop)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await foreach (var line in Lines.Read(stream, LongestRequestBytes, stop))
            {
                if (string.IsNullOrWhiteSpace(line))
                    continue;
                var answer = Read(line) is { } ask
                    ? await controls.Do(ask, stop)
                    : new ControlAnswer(false, "not-understood", "Write one JSON object with a verb on one line.");
                var bytes = JsonSerializer.SerializeToUtf8Bytes(answer, LapelJson.Strict);
                await stream.WriteAsync((byte[])[.. bytes, (byte)'\n'], stop);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // They went away; what they asked for stays done.
        }
    }

    static ControlRequest? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ControlRequest>(line, LapelJson.Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Asks a running camera.</summary>
    /// <exception cref="CameraException">No camera runs there.</exception>
    public static async Task<ControlAnswer> Ask(string path, ControlRequest ask, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(ask, LapelJson.Strict), (byte)'\n'], stop);
            await foreach (var line in Lines.Read(stream, 1 << 20, stop))
                return JsonSerializer.Deserialize<ControlAnswer>(line, LapelJson.Lenient)!;
        }
        catch (Exception e) when (e is SocketException or IOException or ArgumentException)
        {
            throw new CameraException($"No camera answers at {path}: is it running?", e);
        }
        throw new CameraException("The camera hung up without an answer.");
    }
}
