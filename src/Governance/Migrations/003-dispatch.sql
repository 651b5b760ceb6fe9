-- Dispatch: where incidents came from, what was said before, what could not be read. Times are microseconds.

ALTER TABLE incident ADD COLUMN begins_at BIGINT NOT NULL DEFAULT 0; -- dispatch clock; when it was received, or the earliest time of its parts: for lists
ALTER TABLE incident ADD COLUMN note TEXT;            -- in the words of the officer who entered it; none for dispatch's own
ALTER TABLE incident ADD COLUMN import TEXT;          -- the import that last changed it: one import is one correction however many rows it has
ALTER TABLE incident ADD COLUMN said_at BIGINT;       -- dispatch clock; when the newest web-hook message about it was written
ALTER TABLE attendance ADD COLUMN said_id TEXT;       -- how the dispatch system names this part; none when it has no name for it
ALTER TABLE attendance ADD COLUMN said_digest TEXT;   -- of what dispatch last said about it, so that a repeat does not undo a correction by hand
ALTER TABLE attendance ADD COLUMN by_call_sign BIGINT NOT NULL DEFAULT 0; -- 1 when dispatch named a car only and the call-sign roster the officer
CREATE INDEX incident_in_order ON incident (begins_at, id);
CREATE INDEX attendance_of_call_sign ON attendance (call_sign, begins_at) WHERE by_call_sign = 1;

-- How an incident stood before each change. Written with the change; never altered.
CREATE TABLE incident_former (
    incident TEXT NOT NULL REFERENCES incident (id),
    revision BIGINT NOT NULL,         -- the revision that stood
    content TEXT NOT NULL,            -- JSON: the incident and its parts as they stood
    until_at BIGINT NOT NULL,         -- server clock; when the next revision came
    replaced_by TEXT NOT NULL,        -- who or what changed it, in words
    reason TEXT,                      -- why, when a person did
    PRIMARY KEY (incident, revision)
);

-- Who was in which car: officers of a call sign, shift by shift.
CREATE TABLE call_sign (
    id TEXT PRIMARY KEY,              -- UUIDv7
    call_sign TEXT NOT NULL,          -- as dispatch names the car or unit
    officer TEXT NOT NULL REFERENCES officer (id),
    from_at BIGINT NOT NULL,          -- beginning of the shift, server clock
    until_at BIGINT NOT NULL,         -- end of the shift; not inside
    entered_by TEXT NOT NULL,         -- account
    entered_at BIGINT NOT NULL        -- server clock
);
CREATE INDEX call_sign_then ON call_sign (call_sign, from_at);

-- Column mappings that people saved. Imports keep a copy of the one they used.
CREATE TABLE dispatch_layout (
    name TEXT PRIMARY KEY,            -- how people call it
    layout TEXT NOT NULL,             -- JSON
    changed_by TEXT NOT NULL,         -- account
    changed_at BIGINT NOT NULL        -- server clock
);

CREATE TABLE dispatch_import (
    id TEXT PRIMARY KEY,              -- UUIDv7
    name TEXT NOT NULL,               -- of the file, as its sender called it
    layout TEXT NOT NULL,             -- JSON: the mapping it was read with
    content TEXT NOT NULL,            -- digest of the file's bytes; the file is in the agency's folder, under dispatch/
    length_bytes BIGINT NOT NULL,     -- of the file
    state TEXT NOT NULL,              -- preview, waiting, running, done, failed or discarded
    encoding TEXT NOT NULL,           -- how its bytes were read
    rows_done BIGINT NOT NULL,        -- rows behind us; written with what they changed
    rows_all BIGINT,                  -- rows of the file; none before somebody counted
    added BIGINT NOT NULL,            -- incidents that were new
    changed BIGINT NOT NULL,          -- incidents of which it said something new
    same BIGINT NOT NULL,             -- incidents of which it said nothing new
    bad BIGINT NOT NULL,              -- rows that could not be taken
    flagged BIGINT NOT NULL,          -- rows that were taken and look wrong
    started_by TEXT NOT NULL,         -- account that sent it
    started_name TEXT NOT NULL,       -- that person's name at the time
    sent_at BIGINT NOT NULL,          -- server clock
    ended_at BIGINT,                  -- server clock; none while it is not over
    trouble TEXT                      -- why it failed, one sentence
);
CREATE INDEX dispatch_import_newest ON dispatch_import (sent_at);

-- Rows that could not be taken, or were taken and look wrong. A bad one can be mended in place.
CREATE TABLE dispatch_row (
    import TEXT NOT NULL REFERENCES dispatch_import (id),
    line BIGINT NOT NULL,             -- of the file, the header being 1
    bad BIGINT NOT NULL,              -- 1 when it was not taken
    fields TEXT NOT NULL,             -- JSON list of its fields as they stand in the file, or as they were mended
    troubles TEXT NOT NULL,           -- JSON list of sentences
    raw TEXT NOT NULL,                -- its text in the file
    settled_at BIGINT,                -- server clock; when it was mended or set aside; none while it waits
    settled_by TEXT,                  -- who did, name at the time
    settled_how TEXT,                 -- mended, or why it was set aside
    PRIMARY KEY (import, line)
);
CREATE INDEX dispatch_row_open ON dispatch_row (import, line) WHERE bad = 1 AND settled_at IS NULL;

-- Dispatch systems that may send messages.
CREATE TABLE dispatch_source (
    id TEXT PRIMARY KEY,              -- UUIDv7
    name TEXT NOT NULL,               -- how people call it
    token_digest TEXT NOT NULL UNIQUE, -- SHA-256 of the token, which is shown once and never kept
    statuses TEXT NOT NULL,           -- JSON: its own words for a unit's status, and the moment that each means
    activities TEXT NOT NULL,         -- JSON list: call types and the activity that they mean
    made_by TEXT NOT NULL,            -- account
    made_at BIGINT NOT NULL,          -- server clock
    revoked_at BIGINT                 -- server clock; none while its token is taken
);

-- Messages of those systems, each kept once.
CREATE TABLE dispatch_message (
    source TEXT NOT NULL REFERENCES dispatch_source (id),
    digest TEXT NOT NULL,             -- of the message's bytes
    received_at BIGINT NOT NULL,      -- server clock
    said_at BIGINT,                   -- dispatch clock; when it says that it was written
    incident TEXT,                    -- number of the incident it is about; none when it could not be read
    import TEXT NOT NULL,             -- id by which the custody log names it
    body TEXT NOT NULL,               -- as it came
    trouble TEXT,                     -- why it could not be taken, one sentence; none when it was
    PRIMARY KEY (source, digest)
);
CREATE INDEX dispatch_message_newest ON dispatch_message (received_at);

ALTER TABLE dispatch_clock ADD COLUMN reason TEXT NOT NULL DEFAULT ''; -- in the words of who set it
ALTER TABLE exemption ADD COLUMN granted_by TEXT;     -- account that entered it
ALTER TABLE exemption ADD COLUMN ended_reason TEXT;   -- why it was ended early; none when it was not
CREATE INDEX exemption_then ON exemption (until_at, from_at);
CREATE INDEX camera_fault_newest ON camera_fault (reported_at);
