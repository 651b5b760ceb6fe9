namespace Lapel.Roster;

/// <summary>
/// What a module puts on the officer's own page "On duty", which is another module's: one page, since a page that is left records
/// nothing. Registered as a service.
/// </summary>
/// <param name="Component">A component with one parameter, <c>Officer</c>: the <see cref="OfficerRef"/> whose page it is.</param>
/// <param name="Needs">Shown only to those who may do it.</param>
public sealed record DutyPart(Type Component, Permission Needs);
