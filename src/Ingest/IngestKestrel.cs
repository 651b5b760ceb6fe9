using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Ingest;

/// <summary>
/// Lets the server read from its sockets in large pieces. Kestrel's own blocks hold 4 KiB, so receiving a gigabyte takes a quarter of a
/// million reads; with these it takes some sixteen thousand, and hashing and writing see long runs of bytes.
/// </summary>
static class IngestKestrel
{
    /// <summary>What a connection may have waiting for us, bytes: fifty uploads at once are felt in memory, more than this is not in speed.</summary>
    const long MostWaitingBytes = 512 * 1024;

    public static void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBufferSize = MostWaitingBytes);
    }
}

/// <summary>Pools of pinned blocks of 64 KiB. A connection that is idle holds none.</summary>
sealed class LargeBlocks : IMemoryPoolFactory<byte>
{
    public const int BlockLengthBytes = 64 * 1024;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    sealed class Pool : MemoryPool<byte>
    {
        // 16 MiB wait for the next request; what a rush needed beyond that goes back to the collector.
        const int MostWaiting = 256;

        readonly ConcurrentBag<Block> waiting = [];
        volatile bool disposed;

        public override int MaxBufferSize => BlockLengthBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockLengthBytes);
            return waiting.TryTake(out var block) ? block : new Block(this);
        }

        void Return(Block block)
        {
            if (!disposed && waiting.Count < MostWaiting)
                waiting.Add(block);
        }

        protected override void Dispose(bool disposing)
        {
            disposed = true;
            waiting.Clear();
        }

        sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            // Pinned once and for good: the kernel writes into it.
            readonly byte[] bytes = GC.AllocateUninitializedArray<byte>(BlockLengthBytes, pinned: true);

            public Memory<byte> Memory => bytes;

            public void Dispose() => pool.Return(this);
        }
    }
}
