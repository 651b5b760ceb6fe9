using System.CommandLine;
using Lapel.Cli;

var root = new RootCommand("Lapel's tool for operators and courts.") { Verify.Command(), Export.Command(), UpWithDemo.Command() };
return await root.Parse(args).InvokeAsync();
