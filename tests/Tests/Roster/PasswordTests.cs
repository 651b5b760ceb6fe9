using System.Text;
using Lapel.Roster;

namespace Lapel.Tests.Roster;

public sealed class PasswordTests
{
    const string Good = "tangerine lamp otter";

    // RFC 7914, section 12.
    [Theory]
    [InlineData(
        "",
        "",
        4,
        1,
        1,
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
    )]
    [InlineData(
        "password",
        "NaCl",
        10,
        8,
        16,
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
    )]
    [InlineData(
        "pleaseletmein",
        "SodiumChloride",
        14,
        8,
        1,
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    )]
    public void Scrypt_gives_what_the_standard_says(string password, string salt, int lnN, int r, int p, string expected) =>
        Convert
            .ToHexStringLower(Scrypt.Derive(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), lnN, r, p, 64))
            .ShouldBe(expected);

    [Fact]
    public async Task A_kept_password_matches_itself_and_nothing_else()
    {
        var kept = await Password.Hash(Good, CancellationToken.None);
        kept.ShouldStartWith($"$scrypt$ln={Password.LnN},r=8,p=3$");
        (await Password.Matches(kept, Good, CancellationToken.None)).ShouldBeTrue();
        (await Password.Matches(kept, Good + " ", CancellationToken.None)).ShouldBeFalse();
        (await Password.Matches(kept, "", CancellationToken.None)).ShouldBeFalse();
        (await Password.Matches(null, Good, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public void A_guess_costs_what_the_OWASP_sheet_asks_of_scrypt() => Password.StandardLnN.ShouldBe(15, "with r = 8 and p = 3");

    [Fact]
    public async Task The_same_password_is_kept_differently_each_time() =>
        (await Password.Hash(Good, CancellationToken.None)).ShouldNotBe(await Password.Hash(Good, CancellationToken.None));

    [Fact]
    public async Task A_password_kept_with_lesser_parameters_still_matches_and_is_known_to_be_outdated()
    {
        var salt = new byte[16];
        var hash = Scrypt.Derive(Encoding.UTF8.GetBytes(Good), salt, 10, 8, 1, 32);
        var old = $"$scrypt$ln=10,r=8,p=1${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
        (await Password.Matches(old, Good, CancellationToken.None)).ShouldBeTrue();
        Password.IsOutdated(old).ShouldBeTrue();
        Password.IsOutdated(await Password.Hash(Good, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_password_typed_with_composed_or_combining_letters_is_the_same()
    {
        var kept = await Password.Hash("a caf\u00e9 by the harbour", CancellationToken.None);
        (await Password.Matches(kept, "a cafe\u0301 by the harbour", CancellationToken.None)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("short one", "password-short")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaa", "password-simple")]
    [InlineData("maya okafor okafor maya", "password-simple")]
    public void A_password_that_is_easy_to_guess_is_refused(string password, string code) =>
        Password.WhyNot(password, "okafor", "Maya Okafor")!.Code.ShouldBe(code);

    [Fact]
    public void A_password_of_a_few_words_is_taken() => Password.WhyNot(Good, "okafor", "Maya Okafor").ShouldBeNull();

    [Fact]
    public void A_password_that_was_made_up_is_taken() =>
        Password.WhyNot(Password.Generate(), "okafor", "Maya Okafor").ShouldBeNull();
}
