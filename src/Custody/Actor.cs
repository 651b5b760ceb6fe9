namespace Lapel.Custody;

public enum ActorKind
{
    /// <summary>A person who signed in; <see cref="Actor.Id"/> is an account id.</summary>
    Account,

    /// <summary>A camera with its own key; <see cref="Actor.Id"/> is a camera id.</summary>
    Camera,

    /// <summary>A health professional who joined by a personal link and has no account; <see cref="Actor.Id"/> is a clinician id.</summary>
    Clinician,

    /// <summary>Lapel itself, following a rule; <see cref="Actor.Id"/> names the follower or command.</summary>
    System,
}

/// <summary>Who did it. The name is what the person or camera was called at that moment: it is kept as evidence, not looked up.</summary>
public sealed record Actor(ActorKind Kind, string Id, string Name)
{
    public static Actor System(string part) => new(ActorKind.System, part, "Lapel");
}
