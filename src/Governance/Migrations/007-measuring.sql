-- The measures of the programme, counted month by month. Everything but the publications can be counted again.

CREATE INDEX recorded_by_time ON recorded (activated_at);

-- What happened in a month to one officer in one unit, counted. Written by counting a month whole; sums of rows are measures.
-- Attendances by how they ended, in the month (of the agency's calendar) in which they began.
CREATE TABLE measure (
    month TEXT NOT NULL,              -- 2026-11
    unit TEXT NOT NULL,               -- the officer's unit at the time; empty when none is on record
    officer TEXT NOT NULL,
    covered_whole BIGINT NOT NULL,    -- covered from beginning to end, within tolerance
    covered_part BIGINT NOT NULL,     -- covered, with a part missing
    missing BIGINT NOT NULL,
    exempt BIGINT NOT NULL,
    technical BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    not_required BIGINT NOT NULL,
    noticed BIGINT NOT NULL,          -- of the covered: notice is marked
    not_noticed BIGINT NOT NULL,      -- of the covered: no mark
    incidents_covered BIGINT NOT NULL,  -- incidents that some camera recorded; counted for the officer who was first
    incidents_missed BIGINT NOT NULL,   -- a recording was missing and nobody's camera recorded
    incidents_excluded BIGINT NOT NULL, -- nobody had to, or everybody is excused or not known
    states_reasoned BIGINT NOT NULL,  -- stops, mutes and averted lenses for a reason that counts, in a required time
    states_unreasoned BIGINT NOT NULL,
    states_elsewhere BIGINT NOT NULL, -- outside every required time: nobody judges them
    tagged BIGINT NOT NULL,           -- recordings tagged in time
    untagged BIGINT NOT NULL,         -- late, or not at all
    tag_open BIGINT NOT NULL,         -- not yet, and there is still time
    docked BIGINT NOT NULL,           -- recordings docked in time
    docked_late BIGINT NOT NULL,
    PRIMARY KEY (month, unit, officer)
);

-- Months that were counted.
CREATE TABLE measured_month (
    month TEXT PRIMARY KEY,
    counted_at BIGINT NOT NULL        -- microseconds, server clock
);

-- Months that must be counted again. Written in the transaction of the change.
CREATE TABLE measure_due (
    month TEXT PRIMARY KEY
);

-- Measures that were put out. Never changed: a correction is another edition.
CREATE TABLE publication (
    month TEXT NOT NULL,
    edition BIGINT NOT NULL,          -- 1, 2, 3…
    method TEXT NOT NULL,             -- version of docs/measures-method.md
    digest TEXT NOT NULL,             -- of datapackage.json, which holds the digests of the other files
    published_at BIGINT NOT NULL,     -- microseconds, server clock
    published_by TEXT NOT NULL,       -- name of who did it, at the time
    PRIMARY KEY (month, edition)
);

CREATE TABLE publication_file (
    month TEXT NOT NULL,
    edition BIGINT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,               -- the file, UTF-8
    PRIMARY KEY (month, edition, name)
);
