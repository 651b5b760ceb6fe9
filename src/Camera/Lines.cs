using System.Runtime.CompilerServices;
using System.Text;

namespace Lapel.CameraProgram;

/// <summary>Lines from a wire that anybody may be writing to: one longer than the limit is dropped whole, and memory stays bounded.</summary>
static class Lines
{
    public static async IAsyncEnumerable<string> Read(
        Stream from,
        int longestBytes,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        var piece = new byte[4096];
        var line = new MemoryStream();
        var tooLong = false;
        while (true)
        {
            var read = await from.ReadAsync(piece, stop);
            if (read == 0)
                yield break;
            for (var i = 0; i < read; i++)
            {
                if (piece[i] != '\n')
                {
                    tooLong |= line.Length >= longestBytes;
                    if (!tooLong)
                        line.WriteByte(piece[i]);
                    continue;
                }
                if (!tooLong)
                    yield return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r');
                line.SetLength(0);
                tooLong = false;
            }
        }
    }
}
