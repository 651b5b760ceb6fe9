using System.CommandLine;
using Lapel.Cli;

var root = new RootCommand("Lapel's tool for operators and courts.") { Verify.Command(), Export.Command(), UpWithDemo.Command() };

// Stopping the demo takes as long as its server and cameras need to end in order.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
