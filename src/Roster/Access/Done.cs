using Microsoft.AspNetCore.Http;

namespace Lapel.Roster;

/// <summary>What a page says after something was done. The address carries only a word, so nobody can put sentences into our pages.</summary>
public static class Done
{
    static readonly Dictionary<string, string> Sentences = new()
    {
        ["account-changed"] = "The account was changed.",
        ["account-disabled"] = "The account is disabled and its sessions have ended.",
        ["account-enabled"] = "The account can sign in again.",
        ["session-ended"] = "The session has ended.",
        ["password-changed"] = "Your password was changed. Your other sessions have ended.",
        ["role-changed"] = "The role was changed; it counts from the next request.",
        ["unit-opened"] = "The unit was added.",
        ["unit-renamed"] = "The unit has its new name.",
        ["unit-closed"] = "The unit is closed. Its past remains.",
        ["officer-entered"] = "The officer was entered.",
        ["officer-changed"] = "The officer's entry was changed.",
        ["officer-left"] = "The officer has left. Their camera counts as returned.",
        ["officer-moved"] = "The officer belongs to the unit from that day on.",
        ["camera-assigned"] = "The camera was handed out.",
        ["camera-returned"] = "The camera was returned.",
        ["camera-revoked"] = "The camera's key is revoked. Nothing it signs is admitted from now on.",
        ["dock-entered"] = "The dock was entered.",
        ["dock-changed"] = "The dock was changed.",
        ["dock-closed"] = "The dock is out of use.",
        ["signed-out"] = "You have signed out.",
    };

    /// <summary>A module adds the words of its own pages, before the first request.</summary>
    public static void Add(string word, string sentence) => Sentences[word] = sentence;

    public static string? Of(HttpContext http) => Sentences.GetValueOrDefault(http.Request.Query["done"].ToString());
}
