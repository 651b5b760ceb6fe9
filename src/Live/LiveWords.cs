namespace Lapel.Live;

/// <summary>What pages of live help say after something was done.</summary>
static class LiveWords
{
    public static void Add()
    {
        Done.Add("live-killed", "The stream is over for everybody, and this event does not stream again.");
        Done.Add("clinician-entered", "The clinician was entered. Give them their personal link.");
        Done.Add("clinician-left", "The clinician is called no more. Their link and sessions have ended.");
        Done.Add("shift-entered", "The shift stands on the rota.");
        Done.Add("shift-removed", "The shift is off the rota.");
        Done.Add("consult-ended", "The consult is over and on record.");
        Done.Add("notes-destroyed", "The notes are destroyed with their key.");
        Done.Add("live-source-given", "The live source is given. It begins when an officer wears the camera.");
        Done.Add("live-source-resumed", "The camera may be shown live again.");
        Done.Add("live-source-revoked", "The live source is revoked: nobody listens for it any more.");
        Done.Add("consult-left", "You have left. Open your personal link to come back.");
    }
}
