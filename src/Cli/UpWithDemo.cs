using System.CommandLine;
using System.Runtime.InteropServices;

namespace Lapel.Cli;

/// <summary>
/// `./lapel up` with a demo agency: starts the server, founds the agency with the setup code if it is not there, and lets three
/// ordinary camera programs work beside it. Everything goes through the product's own interfaces; stopping stops all of it.
/// </summary>
static class UpWithDemo
{
    public static Command Command()
    {
        var data = new Option<DirectoryInfo>("--data") { Required = true, Description = "The data folder" };
        var server = new Option<string>("--server-program") { Required = true, Description = "The server's dll" };
        var camera = new Option<string>("--camera-program") { Required = true, Description = "The camera's dll" };
        var today = new Option<bool>("--today") { Description = "Do not live the week before" };
        var rest = new Argument<string[]>("server-options")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Passed on to the server, after --",
        };
        var command = new Command("up-with-demo", "Start the server with a demo agency.") { data, server, camera, today, rest };
        command.Hidden = true;
        command.SetAction(
            (parsed, stop) =>
                Run(
                    parsed.GetRequiredValue(data).FullName,
                    parsed.GetRequiredValue(server),
                    parsed.GetRequiredValue(camera),
                    parsed.GetValue(today),
                    parsed.GetValue(rest) ?? [],
                    stop
                )
        );
        return command;
    }

    static async Task<int> Run(
        string data,
        string serverProgram,
        string cameraProgram,
        bool today,
        string[] serverOptions,
        CancellationToken outer
    )
    {
        var stopping = CancellationTokenSource.CreateLinkedTokenSource(outer);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true; // children are stopped in order below
            if (!stopping.IsCancellationRequested) // the command line hears the same signal, and may have been first
                _ = stopping.CancelAsync();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

        var past = new DemoPast(data, serverProgram, serverOptions, cameraProgram);
        try
        {
            if (!today)
                await past.Live(stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (ServerSaidNo refusal)
        {
            await Console.Error.WriteLineAsync(refusal.Message);
            return 1;
        }

        const string Says = "Lapel is at ";
        await using var server = Child.Start(
            serverProgram,
            ["--data", data, .. serverOptions, .. past.Port],
            line => line.StartsWith(Says, StringComparison.Ordinal) ? line[Says.Length..] : null,
            line =>
            {
                if (
                    !line.StartsWith(Says, StringComparison.Ordinal)
                    && !line.StartsWith("No agency yet", StringComparison.Ordinal)
                )
                    Console.Error.WriteLine(line);
            }
        );
        try
        {
            if (await server.Said(stopping.Token) is not { } address)
                return 1; // it said why
            var agency = new Uri(new Uri(address), "demo");
            var cameras = Path.Combine(data, "demo-cameras");
            await DemoAgency.Found(agency, data, cameras, cameraProgram, stopping.Token);
            await DemoClinic.Open(agency, cameras, stopping.Token);
            Console.WriteLine($"Lapel is at {agency}");
            Console.WriteLine("Everyone in the demo agency is made up; sign in with one click. Stop with Ctrl-C.");
            await using var shift = new DemoShift(cameras, cameraProgram);
            await Task.WhenAny(shift.Work(stopping.Token), server.Ended(stopping.Token));
            return server.HasEnded ? 1 : 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (ServerSaidNo refusal)
        {
            await Console.Error.WriteLineAsync(refusal.Message);
            return 1;
        }
        finally
        {
            if (stopping.IsCancellationRequested)
                await Console.Error.WriteLineAsync("Stopping.");
        }
    }
}
