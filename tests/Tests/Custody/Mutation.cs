namespace Lapel.Tests.Custody;

/// <summary>Small damage of the kinds that discs, cables and liars do.</summary>
static class Mutation
{
    static readonly byte[] Telling = "{}[]\",:0123456789-+.eEnulltruefalse\\/ \n\0"u8.ToArray();

    public static byte[] Of(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
            Once(bytes, random);
        return [.. bytes];
    }

    static void Once(List<byte> bytes, Random random)
    {
        if (bytes.Count == 0)
            return;
        var at = random.Next(bytes.Count);
        var length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes[at] = Telling[random.Next(Telling.Length)];
                break;
            case 3:
                bytes.Insert(at, Telling[random.Next(Telling.Length)]);
                break;
            case 4:
                bytes.RemoveRange(at, length);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 6:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                var piece = bytes.GetRange(at, length);
                bytes.RemoveRange(at, length);
                bytes.InsertRange(random.Next(bytes.Count + 1), piece);
                break;
        }
    }
}
