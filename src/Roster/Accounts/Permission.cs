namespace Lapel.Roster;

/// <summary>
/// Something a role may do. Which role may do which is data: roles.jsonc says how an agency begins, and says each in words.
/// Whoever may see a recording is decided per recording by Evidence's Access, from the three See…Recordings and from grants.
/// </summary>
public enum Permission
{
    /// <summary>Recordings that one's own officer made.</summary>
    SeeOwnRecordings,

    /// <summary>Recordings of officers who belonged to one's unit, or one below it, at the time.</summary>
    SeeUnitRecordings,

    SeeAllRecordings,
    ExportRecordings,
    VerifyRecordings,

    /// <summary>Let a person see one recording, for a reason and a time.</summary>
    GrantAccess,

    /// <summary>Uploads in progress: which camera sends how much, no pictures.</summary>
    SeeUploads,

    SeeQuarantine,

    /// <summary>Have admission tried again for what is in quarantine.</summary>
    DecideQuarantine,

    /// <summary>Units, officers, memberships and who wore what.</summary>
    SeeRoster,

    EditRoster,

    SeeCameras,

    /// <summary>Expect cameras, give out enrolment codes, revoke keys; docks too.</summary>
    EditCameras,

    AssignCameras,
    SeeAccounts,

    /// <summary>Make, change and disable accounts, set passwords, end others' sessions.</summary>
    EditAccounts,

    /// <summary>Change what roles may do.</summary>
    ChangePermissions,

    /// <summary>The agency's whole custody log, not only one recording's.</summary>
    ReadCustodyLog,

    SeeHealth,

    /// <summary>Read every version of the policy. Everybody may read the one in force.</summary>
    SeePolicies,

    /// <summary>Draft a policy, propose it, and judge the past under it.</summary>
    EditPolicies,

    /// <summary>One of the two people whose approval puts a policy into force.</summary>
    ApprovePolicies,

    /// <summary>Bring in dispatch incidents, mend bad rows, set the clock of the dispatch system.</summary>
    ImportDispatch,

    /// <summary>Incidents of the officers whose recordings one may see.</summary>
    SeeDispatch,

    /// <summary>Enter one's own on-view activity, explain one's own findings, report one's camera's faults.</summary>
    AnswerFindings,

    /// <summary>Look at findings of one's unit, decide about them, pass them on; do drawn reviews; praise.</summary>
    ReviewFindings,

    /// <summary>Excuse an officer, a unit or a task from recording, for a time.</summary>
    GrantExemptions,

    /// <summary>Professional standards: open, read and decide cases.</summary>
    DecideCases,

    /// <summary>Look into every finding, decision and case, and decide nothing.</summary>
    SeeFindings,

    /// <summary>Draw items for review, and see who is overdue.</summary>
    DrawReviews,

    SeeMeasures,

    /// <summary>Put out the monthly report and the open data.</summary>
    PublishMeasures,
}
