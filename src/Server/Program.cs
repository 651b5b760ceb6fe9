using Lapel.Server;

return await LapelServer.Run(args);
