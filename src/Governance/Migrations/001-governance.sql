-- What the programme's rules asked for and what was found. Times are microseconds, server clock, unless a comment says dispatch clock.

-- Versions of the policy. The text of an adopted one never changes.
CREATE TABLE policy_version (
    id TEXT PRIMARY KEY,              -- UUIDv7
    number BIGINT UNIQUE,             -- 1, 2, 3… in the order of adoption; none before
    state TEXT NOT NULL,              -- draft, proposed, adopted or withdrawn
    name TEXT NOT NULL,               -- copied out of the text, for lists
    text TEXT NOT NULL,               -- JSON with comments, as written
    digest TEXT NOT NULL,             -- of the text's UTF-8 bytes
    drafted_by TEXT NOT NULL,         -- account
    drafted_at BIGINT NOT NULL,       -- when the text was last written
    effective_from BIGINT,            -- in force from then on; given when it is proposed
    note TEXT                         -- why this version, in the words of who proposed it
);
CREATE INDEX policy_in_force ON policy_version (effective_from) WHERE state = 'adopted';

-- The two people who stand for a version.
CREATE TABLE policy_approval (
    version TEXT NOT NULL REFERENCES policy_version (id),
    account TEXT NOT NULL,            -- who approved
    name TEXT NOT NULL,               -- that person's name at the time
    digest TEXT NOT NULL,             -- of the text that was approved
    at BIGINT NOT NULL,               -- when
    PRIMARY KEY (version, account)
);

CREATE TABLE incident (
    id TEXT PRIMARY KEY,              -- UUIDv7
    number TEXT NOT NULL UNIQUE,      -- as the dispatch system calls it
    source TEXT NOT NULL,             -- file, web-hook or on-view
    call_type TEXT NOT NULL,          -- in the dispatch system's words
    priority BIGINT,                  -- 1 is the most urgent; none when not given
    address TEXT,                     -- as written
    place TEXT,                       -- a word of Place; none when not known
    exigency TEXT,                    -- code of an exigency of the policy; none mostly
    received_at BIGINT,               -- dispatch clock
    merged_into TEXT REFERENCES incident (id), -- the incident that it turned out to be
    revision BIGINT NOT NULL,         -- 1, then one more with every accepted correction
    content_digest TEXT NOT NULL,     -- of what was said about it, to know a repeat from a correction
    changed_at BIGINT NOT NULL        -- when this revision came
);
CREATE INDEX incident_newest ON incident (received_at, id);

CREATE TABLE attendance (
    id TEXT PRIMARY KEY,              -- UUIDv7
    incident TEXT NOT NULL REFERENCES incident (id),
    officer TEXT REFERENCES officer (id), -- none when nobody has that badge yet
    badge TEXT NOT NULL,              -- as dispatch wrote it
    call_sign TEXT,                   -- the car or unit as dispatch names it
    activity TEXT NOT NULL,           -- a word of Activity
    dispatched_at BIGINT,             -- dispatch clock
    en_route_at BIGINT,               -- dispatch clock
    arrived_at BIGINT,                -- dispatch clock
    cleared_at BIGINT,                -- dispatch clock
    begins_at BIGINT NOT NULL,        -- dispatch clock; the earliest of its times, or the incident's: for finding and ordering
    withdrawn_at BIGINT               -- when a correction took it away; it is kept and no longer judged
);
CREATE INDEX attendance_of_incident ON attendance (incident);
CREATE INDEX attendance_of_officer ON attendance (officer, begins_at, id);
CREATE INDEX attendance_unknown ON attendance (badge) WHERE officer IS NULL;

-- How far the dispatch system's clock is from the server's, from when on. Taken off every dispatch time.
CREATE TABLE dispatch_clock (
    from_at BIGINT PRIMARY KEY,       -- dispatch clock; holds for times from then until the next row
    offset_ms BIGINT NOT NULL,        -- dispatch clock minus server clock, milliseconds
    set_by TEXT NOT NULL,             -- account
    set_at BIGINT NOT NULL            -- when
);

CREATE TABLE exemption (
    id TEXT PRIMARY KEY,              -- UUIDv7
    officer TEXT REFERENCES officer (id), -- who; none when it is for a unit
    unit TEXT REFERENCES unit (id),   -- whose officers, units below it too
    call_types TEXT NOT NULL,         -- JSON list; empty: whatever they do
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,         -- at most a year after from_at; earlier when it was ended
    reason TEXT NOT NULL,
    approved_by TEXT NOT NULL,        -- name of who approved it, at the time
    approved_at BIGINT NOT NULL
);

CREATE TABLE camera_fault (
    id TEXT PRIMARY KEY,              -- UUIDv7
    officer TEXT NOT NULL REFERENCES officer (id), -- who wore it
    camera TEXT,                      -- which; none when not said
    from_at BIGINT NOT NULL,
    until_at BIGINT,                  -- none while it is not mended
    what TEXT NOT NULL,               -- in the reporter's words
    told TEXT,                        -- the supervisor who was told; none when nobody was
    reported_by TEXT NOT NULL,        -- account
    reported_at BIGINT NOT NULL
);
CREATE INDEX camera_fault_of_officer ON camera_fault (officer, from_at);

-- Recordings as the judge sees them: written by a follower of the custody log from the admitted manifest; can be made again.
CREATE TABLE recorded (
    officer TEXT NOT NULL,            -- who wore the camera, by the server's assignments
    from_at BIGINT NOT NULL,          -- first frame, buffer included
    recording TEXT NOT NULL,
    camera TEXT NOT NULL,
    unit TEXT,                        -- the officer's unit at the start
    activated_at BIGINT NOT NULL,     -- when it was switched on
    until_at BIGINT NOT NULL,         -- last frame
    pre_event_ms BIGINT NOT NULL,     -- buffer as kept, milliseconds
    notice_at BIGINT,                 -- the mark that notice was given; none when not marked
    states TEXT,                      -- JSON list of StateSpan, server clock; none when there are none
    admitted_at BIGINT NOT NULL,      -- when Lapel held it
    tagged_at BIGINT,                 -- when it had case number and category; written by tagging
    PRIMARY KEY (officer, from_at, recording)
) {{clustered}};
CREATE UNIQUE INDEX recorded_once ON recorded (recording);

-- What an officer says a recording is about. Rows are added; the newest counts.
CREATE TABLE recording_tag (
    number {{identity}},
    recording TEXT NOT NULL,          -- what
    case_number TEXT NOT NULL,
    category TEXT NOT NULL,           -- of the policy's list
    tagged_by TEXT NOT NULL,          -- account
    tagged_at BIGINT NOT NULL
);
CREATE INDEX recording_tag_of ON recording_tag (recording, number);

-- The present judgement of every attendance. Written by judging alone, officer by officer, and kept in that order; the same from zero.
CREATE TABLE judgement (
    officer TEXT NOT NULL,            -- the attendance's: whoever looks for the judgement of an attendance says both
    attendance TEXT NOT NULL,
    incident TEXT NOT NULL,
    unit TEXT,                        -- the officer's unit when the attendance began
    policy BIGINT NOT NULL,           -- number of the policy version; 0 when none was in force
    trigger_id TEXT,                  -- the rule that asked for a recording; none when none did
    begins_at BIGINT NOT NULL,        -- server clock; beginning of the attendance, for lists and months
    from_at BIGINT,                   -- required from; none when nothing was required or known
    until_at BIGINT,                  -- required until
    outcome TEXT NOT NULL,            -- a word of Outcome
    covered_us BIGINT NOT NULL,       -- microseconds covered by a recording
    excused_us BIGINT NOT NULL,       -- microseconds excused and not covered
    excuse TEXT,                      -- what excused most of it: a word of Excuse
    recordings BIGINT NOT NULL,       -- how many touch the required interval
    whole BIGINT NOT NULL,            -- 1 when on from beginning to end, within tolerance
    notice BIGINT,                    -- 1 when notice is marked, 0 when not; none when nothing was recorded
    trouble TEXT,                     -- why it cannot be judged, one sentence
    again_at BIGINT,                  -- to be judged again then though nothing changes
    PRIMARY KEY (officer, attendance)
); -- not clustered: everybody's times below, the only b-tree not in the order of writing, would have to repeat the key in each entry
CREATE INDEX judgement_of_officer ON judgement (officer, begins_at);
CREATE INDEX judgement_by_time ON judgement (begins_at);
CREATE INDEX judgement_again ON judgement (again_at) WHERE again_at IS NOT NULL;

-- Findings as judging leaves them. One that later facts undo is withdrawn, not deleted: somebody may have answered it.
CREATE TABLE finding (
    id TEXT PRIMARY KEY,              -- made from what it is about: judging again finds the same
    kind TEXT NOT NULL,               -- a word of FindingKind
    attendance TEXT,                  -- none when it is about a recording alone
    recording TEXT,                   -- none when there is none
    officer TEXT NOT NULL,
    unit TEXT,                        -- the officer's unit at the time
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    reason TEXT,                      -- code given on the camera, for states
    breach TEXT,                      -- id of the policy's breach class, if people sustain it
    policy BIGINT NOT NULL,           -- number of the policy version
    withdrawn BIGINT NOT NULL         -- 1 when judging again no longer finds it
);
CREATE INDEX finding_of_officer ON finding (officer, from_at);
CREATE INDEX finding_of_unit ON finding (unit, from_at);
CREATE INDEX finding_of_attendance ON finding (attendance) WHERE attendance IS NOT NULL;
CREATE INDEX finding_of_recording ON finding (recording) WHERE recording IS NOT NULL;

-- What has to be judged again, and from when on. Written in the transaction of the change; drained by judging.
CREATE TABLE judging_due (
    number {{identity}},
    officer TEXT NOT NULL,            -- whose
    from_at BIGINT NOT NULL,          -- everything of the officer's that touches this span
    until_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL            -- not before then
);
CREATE INDEX judging_due_next ON judging_due (due_at, number);
