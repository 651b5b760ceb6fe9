using Lapel.Records;
using Lapel.Roster;
using Lapel.Web;

namespace Lapel.Server;

/// <summary>
/// The custody log for anyone's tools, in the C2SP tlog-tiles layout. Checkpoint and hash tiles are public: leaf hashes are salted and
/// say nothing. Entry bundles tell who did what, so they need a permission.
/// </summary>
static class LogRoutes
{
    const string Public = "the log's heads and hashes are for everyone to check, and say nothing of what was logged";

    public static void Map(IEndpointRouteBuilder app)
    {
        var log = app.MapGroup("/log");
        log.MapGet("/checkpoint", (CustodyLog custody) => TypedResults.Text(custody.HeadNote, "text/plain; charset=utf-8"))
            .OpenToAnyone(Public);
        log.MapGet("/key", (CustodyLog custody) => TypedResults.Text($"{custody.Verifier}\n", "text/plain; charset=utf-8"))
            .OpenToAnyone(Public);
        log.MapGet("/tile/entries/{**path}", (string path, CustodyLog custody) => Tile(custody, "tile/entries/" + path))
            .Needs(Permission.ReadCustodyLog);
        log.MapGet(
                "/tile/{level:int}/{**path}",
                (int level, string path, CustodyLog custody) => Tile(custody, $"tile/{level}/{path}")
            )
            .OpenToAnyone(Public);
        app.MapGet("/api/v1/log/entries/{position:long}/proof", Proof).Needs(Permission.ReadCustodyLog);
    }

    static IResult Tile(CustodyLog custody, string path) =>
        custody.Tiles.ReadResource(path) is { } bytes
            ? TypedResults.Bytes(bytes, "application/octet-stream")
            : new Refused(new("tile-not-found", "The log has no such tile.", RefusalKind.NotFound));

    static IResult Proof(long position, CustodyLog custody) =>
        position >= 0 && position < custody.Size
            ? TypedResults.Json(custody.Prove(position), LapelJson.Lenient)
            : new Refused(new("entry-not-found", $"The log has entries 0 to {custody.Size - 1}.", RefusalKind.NotFound));
}
