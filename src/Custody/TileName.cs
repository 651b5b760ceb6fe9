using System.Globalization;

namespace Lapel.Custody;

/// <summary>
/// The name of one file of a log in the C2SP tlog-tiles layout ("Merkle Tree" and "Log entries"):
/// <c>tile/L/N[.p/W]</c> for hashes and <c>tile/entries/N[.p/W]</c> for entries, N in groups of three digits as in <c>x001/x234/067</c>.
/// </summary>
/// <param name="Level">0 to 63, or <see cref="Entries"/>.</param>
/// <param name="Number">Counts the level's tiles from 0.</param>
/// <param name="Width">Hashes or entries in it: 1 to 255 in a partial tile, 256 in a full one.</param>
public readonly record struct TileName(int Level, long Number, int Width = TileName.FullWidth)
{
    public const int Entries = -1;
    public const int FullWidth = 256;
    public const int Height = 8;

    public bool IsFull => Width == FullWidth;

    public TileName Full => this with { Width = FullWidth };

    /// <summary>The tile of a tree of <paramref name="size"/> entries, as wide as it is there.</summary>
    /// <returns>Null when the tree does not reach it: empty tiles do not exist.</returns>
    public static TileName? At(int level, long number, long size)
    {
        var width = CountAt(level, size) - number * FullWidth;
        return width <= 0 ? null : new(level, number, (int)Math.Min(width, FullWidth));
    }

    /// <summary>Number of hashes that a tree of that size has at the level, or of entries.</summary>
    public static long CountAt(int level, long size) => level * Height is var shift and < 63 ? size >> Math.Max(0, shift) : 0;

    /// <returns>False for every spelling but the one that <see cref="Path"/> gives.</returns>
    public static bool TryParse(string path, out TileName name)
    {
        name = default;
        var parts = path.Split('/');
        if (parts.Length < 3 || parts[0] != "tile")
            return false;
        var width = FullWidth;
        if (parts.Length > 3 && parts[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out width))
                return false;
            parts = [.. parts[..^2], parts[^2][..^2]];
        }
        var level = Entries;
        if (parts[1] != "entries" && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out level))
            return false;
        var digits = string.Concat(parts[2..].Select(p => p.TrimStart('x')));
        if (digits.Length > 18 || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        name = new(level, number, width);
        return level <= 63 && width is >= 1 and <= FullWidth && name.Path == path;
    }

    /// <summary>Relative to the log's folder or URL prefix, with slashes.</summary>
    public string Path
    {
        get
        {
            var number = (Number % 1000).ToString("000", CultureInfo.InvariantCulture);
            for (var rest = Number / 1000; rest > 0; rest /= 1000)
                number = string.Create(CultureInfo.InvariantCulture, $"x{rest % 1000:000}/{number}");
            var level = Level == Entries ? "entries" : Level.ToString(CultureInfo.InvariantCulture);
            var partial = IsFull ? "" : string.Create(CultureInfo.InvariantCulture, $".p/{Width}");
            return $"tile/{level}/{number}{partial}";
        }
    }

    public override string ToString() => Path;
}
