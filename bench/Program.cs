using Lapel.Bench;
using Lapel.Bench.Floors;

// A floor that serves is a process of its own, so that its CPU time can be read like the server's.
if (args is ["floor-receive", var folder])
    return await ReceivingFloor.Run(folder);
if (args is ["floor-send", var file])
    return await SendingFloor.Run(file);

try
{
    return await Benches.Run(BenchOptions.Read(args));
}
catch (FormatException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
