using System.Reflection;
using System.Text.Json.Serialization;
using Lapel.Evidence;

namespace Lapel.Tests.Evidence;

public sealed class Custody_sentences
{
    public static TheoryData<Type> Kinds =>
        [.. typeof(CustodyEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => a.DerivedType)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Say_every_kind_of_event_in_plain_words(Type kind)
    {
        var make = kind.GetConstructors()
            .Single(c => c.GetParameters() is [var first, ..] && first.ParameterType != kind || c.GetParameters().Length > 1);
        var fact = (CustodyEvent)make.Invoke([.. make.GetParameters().Select(p => Some(p.ParameterType))]);

        var words = CustodySentences.Of(fact);
        words.Title.ShouldNotBeNullOrWhiteSpace();
        words.Title.ShouldNotEndWith(".");
        char.IsLower(words.Title[0]).ShouldBeTrue("it follows the name of who did it");
        words.Title.ShouldNotContain(kind.Name);
    }

    static object? Some(Type type) =>
        type == typeof(string) ? "changed"
        : type == typeof(IReadOnlyList<string>) ? new[] { "see-all-recordings" }
        : type == typeof(IReadOnlyList<Digest>) ? new[] { Digest.Of([1]) }
        : type == typeof(IReadOnlyList<FindingId>) ? new[] { FindingId.New() }
        : Nullable.GetUnderlyingType(type) is { } inner ? Some(inner)
        : type == typeof(Digest) ? Digest.Of([1])
        : type.IsValueType ? Activator.CreateInstance(type)
        : null;
}
