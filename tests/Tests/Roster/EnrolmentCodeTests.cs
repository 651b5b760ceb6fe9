using FsCheck;
using FsCheck.Fluent;
using Lapel.Roster;

namespace Lapel.Tests.Roster;

public sealed class EnrolmentCodeTests
{
    [Fact]
    public void A_code_is_read_however_it_is_typed() =>
        Check.QuickThrowOnFailure(
            Prop.ForAll(
                Gen.Choose(0, int.MaxValue).Select(_ => EnrolmentCode.New()).ToArbitrary(),
                code =>
                {
                    var text = code.ToString();
                    var typed = new[]
                    {
                        text,
                        text.ToLowerInvariant(),
                        text.Replace("-", ""),
                        text.Replace('-', ' '),
                        text.Replace('0', 'o').Replace('1', 'l'),
                    };
                    return typed.All(t => EnrolmentCode.TryParse(t, out var read) && read == code);
                }
            )
        );

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ABCDE-ABCDE-ABCDE")]
    [InlineData("ABCDE-ABCDE-ABCDE-ABCDU")]
    [InlineData("ABCDE-ABCDE-ABCDE-ABCDE-A")]
    public void What_is_no_code_is_not_read(string? typed) => EnrolmentCode.TryParse(typed, out _).ShouldBeFalse();

    [Fact]
    public void A_code_has_twenty_characters_of_thirty_two() =>
        EnrolmentCode.New().ToString().Replace("-", "").Length.ShouldBe(20);
}
