-- What people made of what was found. Times are microseconds, server clock. Nothing here is ever deleted.

-- That the officer was asked about a finding, which starts the days they have to answer. Written by the job "asking".
CREATE TABLE finding_notice (
    finding TEXT PRIMARY KEY,
    officer TEXT NOT NULL,            -- who was asked
    asked_at BIGINT NOT NULL,         -- from then on it stood on their page and above every other
    seen_at BIGINT                    -- when they first opened a page that shows it; none while they have not
);
CREATE INDEX finding_notice_of_officer ON finding_notice (officer, asked_at);

-- What officers say about findings of their own. Rows are added; all of them count.
CREATE TABLE explanation (
    number {{identity}},
    finding TEXT NOT NULL,
    officer TEXT NOT NULL,            -- whose finding it is, who is also who wrote
    reason TEXT NOT NULL,             -- code of the policy's explanations, or "other"
    label TEXT NOT NULL,              -- what that code said when it was chosen
    text TEXT NOT NULL,               -- in the officer's words
    recording TEXT,                   -- a place in a recording that they point to; none when they do not
    at_ms BIGINT,                     -- that place: milliseconds of the player's time
    account TEXT NOT NULL,            -- who wrote
    name TEXT NOT NULL,               -- that person's name at the time
    at BIGINT NOT NULL                -- when
);
CREATE INDEX explanation_of_finding ON explanation (finding, number);

-- The review of a finding by the supervisor. One finding has one.
CREATE TABLE finding_review (
    finding TEXT PRIMARY KEY,
    officer TEXT NOT NULL,            -- whose finding it is
    kind TEXT NOT NULL,               -- the finding's kind at the time
    outcome TEXT NOT NULL,            -- a word of ReviewOutcome
    reason TEXT NOT NULL,             -- in the reviewer's words
    breach TEXT,                      -- id of the class that was sustained, escalated if so; none when nothing was
    route TEXT,                       -- that class's route: a word of Route
    from_at BIGINT NOT NULL,          -- when what was found happened: looking back counts from there
    because TEXT NOT NULL,            -- JSON: the finding's explanation tree as the reviewer saw it
    account TEXT NOT NULL,            -- the reviewer
    name TEXT NOT NULL,               -- that person's name at the time
    at BIGINT NOT NULL                -- when
);
CREATE INDEX finding_review_of_officer ON finding_review (officer, from_at);

-- Cases of professional standards. One sustained finding has at most one.
CREATE TABLE conduct_case (
    id TEXT PRIMARY KEY,              -- UUIDv7
    finding TEXT NOT NULL UNIQUE,
    officer TEXT NOT NULL REFERENCES officer (id), -- whom it is about
    unit TEXT,                        -- the officer's unit when it happened
    policy BIGINT NOT NULL,           -- number of the policy version
    breach TEXT NOT NULL,             -- id of the class of breach
    breach_class TEXT NOT NULL,       -- JSON: that class as the policy had it
    sustained_by TEXT NOT NULL,       -- account of the reviewer who passed it on
    opened_at BIGINT NOT NULL,
    decide_by BIGINT NOT NULL,        -- the policy's clock for the decision
    decided_at BIGINT                 -- none while it is open
);
CREATE INDEX conduct_case_newest ON conduct_case (opened_at, id);
CREATE INDEX conduct_case_of_officer ON conduct_case (officer, opened_at);
CREATE INDEX conduct_case_of_breach ON conduct_case (breach, decided_at);

-- What a case rests on, in the order it was added.
CREATE TABLE case_evidence (
    number {{identity}},
    conduct_case TEXT NOT NULL REFERENCES conduct_case (id),
    what TEXT NOT NULL,               -- what it is, in words
    reference TEXT,                   -- where it is kept: an incident's number, a memo book's page
    recording TEXT,                   -- a recording it is; none for everything else
    account TEXT NOT NULL,            -- who added it
    name TEXT NOT NULL,               -- that person's name at the time
    at BIGINT NOT NULL
);
CREATE INDEX case_evidence_of ON case_evidence (conduct_case, number);

CREATE TABLE case_decision (
    conduct_case TEXT PRIMARY KEY REFERENCES conduct_case (id),
    outcome TEXT NOT NULL,            -- code of a CaseOutcome
    penalty_days BIGINT NOT NULL,     -- days of suspension; 0 for none
    floor_days BIGINT NOT NULL,       -- the policy's floor then; 0 for none
    reason TEXT NOT NULL,             -- in the decision maker's words
    departure TEXT,                   -- why the penalty is below the floor; none when it is not
    file TEXT NOT NULL,               -- JSON: everything the decision maker had before them, frozen
    account TEXT NOT NULL,            -- the decision maker
    name TEXT NOT NULL,               -- that person's name at the time
    at BIGINT NOT NULL,
    appeal_by BIGINT NOT NULL         -- an appeal may be filed until then
);

CREATE TABLE appeal (
    conduct_case TEXT PRIMARY KEY REFERENCES conduct_case (id),
    ground TEXT NOT NULL,             -- in the officer's words
    filed_by TEXT NOT NULL,           -- account of the officer
    filed_at BIGINT NOT NULL,
    outcome TEXT,                     -- a word of AppealOutcome; none while it is open
    penalty_days BIGINT,              -- what the penalty is from then on
    reason TEXT,                      -- in the words of who decided it
    departure TEXT,                   -- why the penalty is now below the floor; none when it is not
    account TEXT,                     -- who decided it
    name TEXT,                        -- that person's name at the time
    decided_at BIGINT
);

-- Praise. It stands beside findings and takes no more clicks.
CREATE TABLE commendation (
    number {{identity}},
    officer TEXT NOT NULL REFERENCES officer (id),
    recording TEXT,                   -- what it is for: a recording,
    attendance TEXT,                  -- or a part in an incident, or both
    text TEXT NOT NULL,               -- in the words of who gave it
    account TEXT NOT NULL,            -- who gave it
    name TEXT NOT NULL,               -- that person's name at the time
    at BIGINT NOT NULL,
    seen_at BIGINT                    -- when the officer first saw it
);
CREATE INDEX commendation_of_officer ON commendation (officer, number);
CREATE INDEX commendation_of_recording ON commendation (recording);
CREATE INDEX conduct_case_open ON conduct_case (decide_by) WHERE decided_at IS NULL;
