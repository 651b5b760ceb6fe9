using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Evidence;

static class RecordingPages
{
    public static void Map(IEndpointRouteBuilder app) { }
}
