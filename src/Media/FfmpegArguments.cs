namespace Lapel.Media;

/// <summary>An ffmpeg command line, each argument as it is: nothing is ever quoted or split.</summary>
public sealed class FfmpegArguments
{
    readonly List<string> list = [];

    public IReadOnlyList<string> List => list;

    public FfmpegArguments Add(params ReadOnlySpan<string> arguments)
    {
        list.AddRange(arguments);
        return this;
    }
}
