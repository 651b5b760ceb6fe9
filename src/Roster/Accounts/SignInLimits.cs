namespace Lapel.Roster;

/// <summary>
/// Slows down whoever guesses from one address, across all names. It is kept in memory: it only has to be a nuisance, while the
/// per-account lock-out, which has to hold, is in the records. A station behind one address should not be locked out by one clumsy
/// person, so the limit is generous.
/// </summary>
sealed class SignInLimits(TimeProvider clock)
{
    public const int RefusalsPerWindow = 30;
    public const int AtOnce = 4;
    public static readonly Duration Window = Duration.FromMinutes(10);
    const int MaxAddresses = 10_000;
    readonly Dictionary<string, Seen> seen = [];

    sealed class Seen
    {
        public Instant Since;
        public int Refusals;
        public int InHand;
        public bool Told;
    }

    /// <summary>Takes a place for one attempt; <see cref="Leave"/> gives it back.</summary>
    /// <param name="first">Whether this is the first attempt of the window that is turned away, which the custody log is told of.</param>
    public bool Enter(string address, out bool first)
    {
        lock (seen)
        {
            var one = Find(address);
            first = false;
            if (one.Refusals < RefusalsPerWindow && one.InHand < AtOnce)
            {
                one.InHand++;
                return true;
            }
            first = !one.Told;
            one.Told = true;
            return false;
        }
    }

    public void Leave(string address, bool refused)
    {
        lock (seen)
        {
            var one = Find(address);
            one.InHand = Math.Max(0, one.InHand - 1);
            if (refused)
                one.Refusals++;
        }
    }

    Seen Find(string address)
    {
        var now = clock.Now();
        if (seen.TryGetValue(address, out var one))
        {
            if (now - one.Since >= Window)
                (one.Since, one.Refusals, one.Told) = (now, 0, false);
            return one;
        }
        if (seen.Count >= MaxAddresses)
            foreach (var old in seen.Where(s => s.Value.InHand == 0 && now - s.Value.Since >= Window).Select(s => s.Key).ToList())
                seen.Remove(old);
        if (seen.Count >= MaxAddresses)
            seen.Remove(seen.MinBy(s => s.Value.Since).Key);
        return seen[address] = new Seen { Since = now };
    }
}
