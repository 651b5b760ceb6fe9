-- The custody log as the records keep it. Entries are written by Work.Commit in the transaction of the change they tell of, and never
-- change afterwards, but for `position`, which the integrator sets once when it gives the entry its place in the Merkle tree.
CREATE TABLE custody_entry (
    arrival {{identity}},         -- order of writing; gaps are possible (rolled-back work), so it is not the place in the log
    position BIGINT UNIQUE,       -- index of the leaf in the Merkle tree, from 0, without gaps; none until integrated
    entry {{bytes}} NOT NULL,     -- the LogEntry's JSON exactly as hashed
    kind TEXT NOT NULL,           -- the fact's kind, copied from the entry for finding
    recording TEXT,               -- the recording it is about, copied likewise
    at BIGINT NOT NULL            -- microseconds, server clock when the work began
);
CREATE INDEX custody_entry_of_recording ON custody_entry (recording, arrival);
CREATE INDEX custody_entry_of_kind ON custody_entry (kind, arrival);
CREATE INDEX custody_entry_waiting ON custody_entry (arrival) WHERE position IS NULL;

-- How far each follower has read the log.
CREATE TABLE follower (
    name TEXT PRIMARY KEY,        -- the follower's name
    position BIGINT NOT NULL,     -- the next leaf index it has not seen
    moved_at BIGINT NOT NULL,     -- microseconds, server clock of the last move
    trouble TEXT                  -- why it stands still, for people; none when it moves
);

-- Work that takes long or may have to be tried again: filmstrips, proxies. Done jobs are deleted.
CREATE TABLE job (
    id {{identity}},
    kind TEXT NOT NULL,           -- which code runs it
    subject TEXT NOT NULL,        -- what it is about: an id
    due_at BIGINT NOT NULL,       -- microseconds, server clock; not before
    attempts BIGINT NOT NULL,     -- how often it was begun
    leased_until BIGINT NOT NULL, -- microseconds; a node that holds it renews, one that died lets it lapse; 0 when free
    trouble TEXT,                 -- the last failure, for people
    UNIQUE (kind, subject)
);
CREATE INDEX job_due ON job (due_at, id);
