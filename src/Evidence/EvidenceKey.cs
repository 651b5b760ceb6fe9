namespace Lapel.Evidence;

/// <summary>The agency's evidence key as a part: made when the agency is founded, loaded ever after.</summary>
public sealed class EvidenceKey : ICloses
{
    EvidenceKey(EvidencePrivateKey key) => Private = key;

    public EvidencePrivateKey Private { get; }

    public EvidencePublicKey Public => Private.Public;

    /// <exception cref="InvalidOperationException">The agency has evidence and its key is missing.</exception>
    public static EvidenceKey Of(AgencyFolder folder)
    {
        if (File.Exists(folder.EvidenceKey))
            return new(EvidencePrivateKey.Load(folder.EvidenceKey));
        // A new key beside old evidence would open none of it and hide the loss.
        if (Directory.Exists(folder.ContentKeys) && Directory.EnumerateFileSystemEntries(folder.ContentKeys).Any())
            throw new InvalidOperationException(
                $"{folder.EvidenceKey} is missing, but there are content keys that only it opens. Put the key back from its backup."
            );
        var made = EvidencePrivateKey.New();
        made.Save(folder.EvidenceKey);
        return new(made);
    }

    public ValueTask Close()
    {
        Private.Dispose();
        return ValueTask.CompletedTask;
    }
}
