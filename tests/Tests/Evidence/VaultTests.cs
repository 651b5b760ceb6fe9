using Lapel.Evidence;

namespace Lapel.Tests.Evidence;

public sealed class The_vault : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("lapel-vault-").FullName;

    string Root => Path.Combine(folder, "vault");

    (Digest Digest, string File) Finished(int seed = 1)
    {
        var bytes = EvidenceRoom.Noise(40_000, seed);
        var file = Path.Combine(folder, $"upload-{Guid.NewGuid():N}");
        File.WriteAllBytes(file, bytes);
        return (Digest.Of(bytes), file);
    }

    static byte[] ReadAll(IVault vault, Digest digest)
    {
        using var kept = vault.Open(digest);
        var bytes = new byte[kept.LengthBytes];
        kept.Read(0, bytes).ShouldBe(bytes.Length);
        return bytes;
    }

    [Fact]
    public void Keeps_a_finished_file_under_its_digest_and_nobody_may_write_it()
    {
        var vault = new DiskVault(Root);
        var (digest, file) = Finished();
        vault.Keep(digest, file);

        File.Exists(file).ShouldBeFalse();
        Digest.Of(ReadAll(vault, digest)).ShouldBe(digest);
        vault.All().ShouldBe([digest]);
        vault.Strays().ShouldBeEmpty();
        vault.PathOf(digest).ShouldEndWith(Path.Combine(digest.Hex[..2], digest.Hex[2..4], digest.Hex + ".sealed"));
        File.GetUnixFileMode(vault.PathOf(digest)).ShouldBe(UnixFileMode.UserRead);
    }

    [Fact]
    public void Keeps_the_same_thing_again_without_harm()
    {
        var vault = new DiskVault(Root);
        var (digest, file) = Finished();
        vault.Keep(digest, file);
        var (_, again) = Finished();
        vault.Keep(digest, again);
        vault.Keep(digest, again); // and when the repeat has lost its file already

        File.Exists(again).ShouldBeFalse();
        Digest.Of(ReadAll(vault, digest)).ShouldBe(digest);
    }

    [Fact]
    public void Never_overwrites_and_leaves_what_it_refused_where_it_was()
    {
        var vault = new DiskVault(Root);
        var (digest, file) = Finished();
        vault.Keep(digest, file);
        var other = Path.Combine(folder, "other");
        File.WriteAllBytes(other, [1, 2, 3]);

        Should.Throw<IOException>(() => vault.Keep(digest, other)).Message.ShouldContain("damaged");
        File.Exists(other).ShouldBeTrue();
        Digest.Of(ReadAll(vault, digest)).ShouldBe(digest);
    }

    [Fact]
    public void Says_what_it_does_not_hold()
    {
        var vault = new DiskVault(Root);
        vault.Holds(Digest.Of([1])).ShouldBeFalse();
        Should.Throw<VaultObjectMissingException>(() => vault.Open(Digest.Of([1])));
        vault.All().ShouldBeEmpty();
    }

    sealed class PowerCut : Exception;

    [Fact]
    public void Completes_a_keep_that_was_cut_after_any_step()
    {
        var steps = new List<string>();
        var (first, firstFile) = Finished();
        new DiskVault(Root, steps.Add).Keep(first, firstFile);
        steps.ShouldBe(["synced", "folder-made", "made-read-only", "moved"]);

        foreach (var (i, last) in steps.Index())
        {
            var (digest, file) = Finished(seed: 100 + i);
            var cut = new DiskVault(
                Root,
                step =>
                {
                    if (step == last)
                        throw new PowerCut();
                }
            );
            Should.Throw<PowerCut>(() => cut.Keep(digest, file));

            var vault = new DiskVault(Root);
            vault.Keep(digest, file);
            Digest.Of(ReadAll(vault, digest)).ShouldBe(digest, last);
            File.Exists(file).ShouldBeFalse(last);
            vault.Strays().ShouldBeEmpty();
        }
    }

    [Fact]
    public void Completes_a_move_that_died_between_its_two_names()
    {
        var vault = new DiskVault(Root);
        var (digest, file) = Finished();
        var bytes = File.ReadAllBytes(file);
        vault.Keep(digest, file);
        File.WriteAllBytes(file, bytes); // both names are there, as between link and unlink

        vault.Keep(digest, file);
        File.Exists(file).ShouldBeFalse();
        vault.All().ShouldBe([digest]);
    }

    [Fact]
    public void Shows_its_objects_as_streams()
    {
        var vault = new DiskVault(Root);
        var (digest, file) = Finished();
        vault.Keep(digest, file);
        using var stream = new VaultStream(vault.Open(digest));
        Digest.FromBytes(System.Security.Cryptography.SHA256.HashData(stream)).ShouldBe(digest);
        stream.Seek(-1, SeekOrigin.End).ShouldBe(stream.Length - 1);
        stream.ReadByte().ShouldBeGreaterThanOrEqualTo(0);
        stream.ReadByte().ShouldBe(-1);
        stream.CanWrite.ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

public sealed class Content_keys : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("lapel-keys-").FullName;

    static WrappedKey SomeKey()
    {
        using var key = ContentKey.New();
        using var agency = EvidencePrivateKey.New();
        return agency.Public.Wrap(key, ClipId.New());
    }

    [Fact]
    public void Are_kept_apart_and_the_first_one_stays()
    {
        var keys = new ContentKeys(folder);
        var (clip, first) = (Digest.Of([1]), SomeKey());
        keys.Keep(clip, first);
        keys.Keep(clip, SomeKey());

        keys.Find(clip).ShouldBe(first);
        keys.Find(Digest.Of([2])).ShouldBeNull();
        keys.All().ShouldBe([clip]);
        keys.Strays().ShouldBeEmpty();
        File.GetUnixFileMode(Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Single())
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Are_gone_when_destroyed_and_destroying_again_is_harmless()
    {
        var keys = new ContentKeys(folder);
        keys.Keep(Digest.Of([1]), SomeKey());
        keys.Destroy(Digest.Of([1]));
        keys.Destroy(Digest.Of([1]));
        keys.Find(Digest.Of([1])).ShouldBeNull();
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
