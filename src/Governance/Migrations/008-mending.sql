-- What was added when judging, deciding and dispatch had been used for a while. Times are microseconds, server clock.

-- Two calls at once: seconds that both asked for by the same rule are one finding.
ALTER TABLE finding ADD COLUMN also TEXT; -- ids of later attendances whose same seconds it stands for, blanks between; written by judging

-- Cases that professional standards opened by hand, about an incident or a recording that no finding is about.
ALTER TABLE conduct_case ADD COLUMN origin TEXT NOT NULL DEFAULT 'finding'; -- a word of CaseOrigin
ALTER TABLE conduct_case ADD COLUMN reason TEXT;      -- why it was opened, in words; none when it came from a review
ALTER TABLE conduct_case ADD COLUMN event TEXT;       -- what it is about, in words; the finding says it when there is one
ALTER TABLE conduct_case ADD COLUMN attendance TEXT;  -- the officer's part that it is about; none when it is about a recording
ALTER TABLE conduct_case ADD COLUMN recording TEXT;   -- the recording that it is about; none when it is about a part in an incident
ALTER TABLE conduct_case ADD COLUMN happened_at BIGINT NOT NULL DEFAULT 0; -- when that happened: looking back counts from there

-- What the officer says to a case. Rows are added; all of them count.
CREATE TABLE case_reply (
    number {{identity}},
    conduct_case TEXT NOT NULL REFERENCES conduct_case (id),
    text TEXT NOT NULL,               -- in the officer's words
    account TEXT NOT NULL,            -- who wrote
    name TEXT NOT NULL,               -- that person's name at the time
    at BIGINT NOT NULL
);
CREATE INDEX case_reply_of ON case_reply (conduct_case, number);

-- Reviews that a second one took the place of, as they were. Rows are added.
CREATE TABLE finding_review_former (
    number {{identity}},
    finding TEXT NOT NULL,
    outcome TEXT NOT NULL,            -- a word of ReviewOutcome
    reason TEXT NOT NULL,             -- in the words of who reviewed
    breach TEXT,                      -- id of the class that was sustained; none when nothing was
    route TEXT,                       -- that class's route
    because TEXT NOT NULL,            -- JSON: the explanation tree as that reviewer saw it
    account TEXT NOT NULL,            -- the reviewer
    name TEXT NOT NULL,               -- that person's name at the time
    at BIGINT NOT NULL,               -- when
    replaced_at BIGINT NOT NULL,      -- when the second review came
    ground TEXT NOT NULL              -- a word of SecondGround: on what ground
);
CREATE INDEX finding_review_former_of ON finding_review_former (finding, number);
