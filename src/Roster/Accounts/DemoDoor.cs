namespace Lapel.Roster;

/// <summary>
/// Another way into a demo agency by one click, beside its accounts, for people who have none: a module that has such people adds one.
/// </summary>
/// <param name="Title">Who one comes in as.</param>
/// <param name="Href">From the agency's address.</param>
public sealed record DemoDoor(string Title, string Words, string Href);
