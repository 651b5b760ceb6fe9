namespace Lapel.CameraProgram;

/// <summary>Something the operator must put right; the program prints the sentence and ends with exit code 1.</summary>
public sealed class CameraException(string sentence, Exception? inner = null) : Exception(sentence, inner);
