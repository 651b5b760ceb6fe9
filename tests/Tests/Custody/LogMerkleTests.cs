using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

public sealed class LogMerkleTests
{
    static readonly List<byte[]> All = SlowTree.Entries(300);

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_those_of_the_certificate_transparency_test_vectors(int size, string root)
    {
        string[] leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        var rebuilt = TileLog.Rebuild("x", leaves.Take(size).Select(Convert.FromHexString));
        Convert.ToHexStringLower(rebuilt.Root).ShouldBe(root);
    }

    [Fact]
    public void Roots_are_those_of_the_slow_tree_for_every_size_up_to_300()
    {
        for (var size = 0; size <= All.Count; size++)
            TileLog.Rebuild("x", All.Take(size)).Root.ShouldBe(SlowTree.Mth(All[..size]), $"size {size}");
    }

    [Fact]
    public void Proofs_are_those_of_the_slow_tree_and_verify_at_every_place_of_every_small_tree()
    {
        for (var size = 1; size <= 40; size++)
        for (var m = 0; m <= size; m++)
        {
            var d = All[..size];
            var root = SlowTree.Mth(d);
            var consistency = Merkle.Consistency(m, size, Subtree);
            consistency.ShouldBe(m == 0 ? [] : SlowTree.Proof(m, d));
            Merkle.VerifyConsistency(m, SlowTree.Mth(All[..m]), size, root, consistency).ShouldBeTrue($"{m} of {size}");
            if (m == size)
                continue;
            var inclusion = Merkle.Inclusion(m, size, Subtree);
            inclusion.ShouldBe(SlowTree.Path(m, d));
            Merkle.VerifyInclusion(Merkle.LeafHash(d[m]), m, size, inclusion, root).ShouldBeTrue($"{m} of {size}");
        }
    }

    [Fact]
    public void No_inclusion_proof_verifies_for_another_place_size_entry_root_or_length()
    {
        Check.QuickThrowOnFailure(
            Prop.ForAll(
                Cases(),
                c =>
                {
                    var (size, m, other) = c;
                    var root = SlowTree.Mth(All[..size]);
                    var proof = Merkle.Inclusion(m, size, Subtree);
                    var leaf = Merkle.LeafHash(All[m]);
                    Merkle.VerifyInclusion(leaf, m, size, proof, root).ShouldBeTrue();
                    if (other != m)
                    {
                        Merkle.VerifyInclusion(leaf, other, size, proof, root).ShouldBeFalse();
                        Merkle.VerifyInclusion(Merkle.LeafHash(All[other]), m, size, proof, root).ShouldBeFalse();
                    }
                    Merkle.VerifyInclusion(leaf, m, size, [.. proof, leaf], root).ShouldBeFalse();
                    Merkle.VerifyInclusion(leaf, m, size, proof, Flip(root, other)).ShouldBeFalse();
                    if (proof.Count == 0)
                        return;
                    Merkle.VerifyInclusion(leaf, m, size, [.. proof.Skip(1)], root).ShouldBeFalse();
                    Merkle.VerifyInclusion(leaf, m, size, [.. proof.SkipLast(1), Flip(proof[^1], other)], root).ShouldBeFalse();
                }
            )
        );
    }

    [Fact]
    public void No_consistency_proof_verifies_for_another_size_root_or_length()
    {
        Check.QuickThrowOnFailure(
            Prop.ForAll(
                Cases(),
                c =>
                {
                    var (size, m, other) = c;
                    var (old, root) = (SlowTree.Mth(All[..m]), SlowTree.Mth(All[..size]));
                    var proof = Merkle.Consistency(m, size, Subtree);
                    Merkle.VerifyConsistency(m, old, size, root, proof).ShouldBeTrue();
                    Merkle.VerifyConsistency(m, Flip(old, other), size, root, proof).ShouldBeFalse();
                    if (m > 0)
                        Merkle.VerifyConsistency(m, old, size, Flip(root, other), proof).ShouldBeFalse();
                    Merkle.VerifyConsistency(m, old, size, root, [.. proof, old]).ShouldBeFalse();
                    Merkle.VerifyConsistency(size + 1, old, size, root, proof).ShouldBeFalse();
                    if (proof.Count == 0)
                        return;
                    Merkle.VerifyConsistency(m, old, size, root, [.. proof.Skip(1)]).ShouldBeFalse();
                    Merkle.VerifyConsistency(m, old, size, root, [Flip(proof[0], other), .. proof.Skip(1)]).ShouldBeFalse();
                }
            )
        );
    }

    [Fact]
    public void A_proof_of_hashes_that_are_not_32_bytes_is_refused()
    {
        Merkle.VerifyInclusion(new byte[32], 0, 2, [new byte[31]], new byte[32]).ShouldBeFalse();
        Merkle.VerifyConsistency(1, new byte[32], 2, new byte[32], [new byte[33]]).ShouldBeFalse();
        Merkle.VerifyConsistency(3, new byte[31], 4, new byte[32], []).ShouldBeFalse();
    }

    [Fact]
    public void The_largest_tree_has_proofs_of_at_most_63_hashes()
    {
        byte[] Same(int height, long n) => new byte[32];
        Merkle.Inclusion(long.MaxValue - 1, long.MaxValue, Same).Count.ShouldBeLessThanOrEqualTo(63);
        Merkle.Consistency(long.MaxValue / 3, long.MaxValue, Same).Count.ShouldBeLessThanOrEqualTo(64);
    }

    static byte[] Subtree(int height, long n) => SlowTree.Mth(All[(int)(n << height)..(int)((n + 1) << height)]);

    static byte[] Flip(byte[] hash, int bit)
    {
        var flipped = (byte[])hash.Clone();
        flipped[bit / 8 % 32] ^= (byte)(1 << bit % 8);
        return flipped;
    }

    static Arbitrary<(int Size, int M, int Other)> Cases() =>
        Gen.Choose(1, 300)
            .SelectMany(s => Gen.Choose(0, s - 1).SelectMany(m => Gen.Choose(0, s - 1).Select(o => (s, m, o))))
            .ToArbitrary();
}
