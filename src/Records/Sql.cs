using System.Data;
using Dapper;

namespace Lapel.Records;

/// <summary>Teaches Dapper how Lapel's types are written as parameters. Reading goes through <see cref="Row"/>.</summary>
static class Sql
{
    static Sql()
    {
        SqlMapper.AddTypeHandler(new Writes<Instant>(DbType.Int64, at => at.ToMicroseconds()));
        SqlMapper.AddTypeHandler(new Writes<Digest>(DbType.String, digest => digest.ToString()));
        SqlMapper.RemoveTypeMap(typeof(bool));
        SqlMapper.RemoveTypeMap(typeof(bool?));
        SqlMapper.AddTypeHandler(new Writes<bool>(DbType.Int64, flag => flag ? 1L : 0L));
        foreach (var noun in typeof(Nouns).GetNestedTypes())
        {
            var handler = typeof(WritesId<>).MakeGenericType(noun);
            SqlMapper.AddTypeHandler(
                typeof(Id<>).MakeGenericType(noun),
                (SqlMapper.ITypeHandler)Activator.CreateInstance(handler)!
            );
        }
    }

    public static CommandDefinition Command(string sql, object? args, IDbTransaction? within, CancellationToken stop) =>
        new(sql, args, within, cancellationToken: stop);

    sealed class Writes<T>(DbType type, Func<T, object> write) : SqlMapper.TypeHandler<T>
    {
        public override void SetValue(IDbDataParameter parameter, T? value)
        {
            parameter.DbType = type;
            parameter.Value = value is null ? DBNull.Value : write(value);
        }

        public override T Parse(object value) => throw new NotSupportedException("Rows are read through Row.");
    }

    sealed class WritesId<TNoun> : SqlMapper.TypeHandler<Id<TNoun>>
    {
        public override void SetValue(IDbDataParameter parameter, Id<TNoun> value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value.Text;
        }

        public override Id<TNoun> Parse(object value) => throw new NotSupportedException("Rows are read through Row.");
    }
}
