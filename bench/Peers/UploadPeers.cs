using System.Globalization;
using System.Security.Cryptography;

namespace Lapel.Bench.Peers;

/// <summary>Who else takes uploads here. None of the products hashes what comes or waits for the disk; the floor does both.</summary>
static class UploadPeers
{
    public static async Task<PeerServer> Floor(Scratch scratch)
    {
        var folder = Directory.CreateDirectory(scratch.File("floor")).FullName;
        var process = Programs.Start("dotnet", [Programs.Self, "floor-receive", folder]);
        var port = int.Parse((await process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        return new(
            "floor (sockets+SHA-256+fdatasync)",
            process,
            port,
            folder,
            async (wire, file) => (await wire.Send("PUT", "/", [], file: file)).MustBe(204)
        );
    }

    public static async Task<PeerServer?> Nginx(Scratch scratch, Report report)
    {
        if (Programs.Find("nginx") is not { } nginx)
        {
            report.Note(
                "nginx is not installed (Debian package nginx-light with libnginx-mod-http-dav-ext, or nginx-core): not compared."
            );
            return null;
        }
        var home = Directory.CreateDirectory(scratch.File("nginx")).FullName;
        var folder = Directory.CreateDirectory(Path.Combine(home, "files")).FullName;
        var port = PeerServer.FreePort();
        var config = Path.Combine(home, "nginx.conf");
        await File.WriteAllTextAsync(
            config,
            $$"""
            daemon off; worker_processes 2; pid {{home}}/pid; error_log {{home}}/errors; user root;
            events { worker_connections 256; }
            http {
              access_log off; client_max_body_size 0; client_body_temp_path {{home}}/body; client_body_buffer_size 1m;
              proxy_temp_path {{home}}/p; fastcgi_temp_path {{home}}/f; uwsgi_temp_path {{home}}/u; scgi_temp_path {{home}}/s;
              server { listen 127.0.0.1:{{port}}; root {{folder}}; location / { dav_methods PUT; } }
            }
            """
        );
        var process = Programs.Start(nginx, ["-p", home, "-e", Path.Combine(home, "errors"), "-c", config]);
        await PeerServer.WaitFor(port);
        return new(
            "nginx PUT",
            process,
            port,
            folder,
            async (wire, file) => (await wire.Send("PUT", $"/{Guid.NewGuid():N}", [], file: file)).MustBe(201, 204)
        );
    }

    /// <summary>The tus project's own server for Node, with its file store.</summary>
    public static async Task<PeerServer?> TusNode(Scratch scratch, Report report)
    {
        var home = Directory.CreateDirectory(scratch.File("tus-node")).FullName;
        var folder = Directory.CreateDirectory(Path.Combine(home, "files")).FullName;
        try
        {
            Programs.Run("npm", ["install", "--no-audit", "--no-fund", "--silent", "@tus/server@2", "@tus/file-store@2"], home);
        }
        catch (Exception cannot) when (cannot is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            report.Note("@tus/server could not be installed by npm: not compared.");
            return null;
        }
        var port = PeerServer.FreePort();
        await File.WriteAllTextAsync(
            Path.Combine(home, "server.mjs"),
            $$"""
            import { Server } from '@tus/server'
            import { FileStore } from '@tus/file-store'
            new Server({ path: '/files', datastore: new FileStore({ directory: '{{folder}}' }) }).listen({ host: '127.0.0.1', port: {{port}} })
            """
        );
        var process = Programs.Start("node", ["server.mjs"], home);
        await PeerServer.WaitFor(port);
        return new("@tus/server", process, port, folder, Tus);
    }

    static async Task Tus(Wire wire, string file)
    {
        var length = new FileInfo(file).Length.ToString(CultureInfo.InvariantCulture);
        var made = (await wire.Send("POST", "/files", [("Tus-Resumable", "1.0.0"), ("Upload-Length", length)])).MustBe(201);
        var place = made.Headers["Location"];
        (string, string)[] headers =
        [
            ("Tus-Resumable", "1.0.0"),
            ("Upload-Offset", "0"),
            ("Content-Type", "application/offset+octet-stream"),
        ];
        (await wire.Send("PATCH", new Uri(new Uri("http://127.0.0.1"), place).AbsolutePath, headers, file: file)).MustBe(204);
    }

    /// <summary>How fast one core hashes here and now, MB/s.</summary>
    public static double HashRate()
    {
        var bytes = new byte[32 << 20];
        return bytes.Length / 1e6 / Measure.OwnCpu(() => SHA256.HashData(bytes));
    }
}
