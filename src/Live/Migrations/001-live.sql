-- Live help: what is shown to whom while it happens, and who helped. Times are microseconds, server clock, unless a comment says another.
-- No picture, no sound and no clinical note is in any of these tables.

-- A camera's picture of one event. It exists only while the camera records.
CREATE TABLE live_session (
    id TEXT PRIMARY KEY,              -- UUIDv7
    camera TEXT NOT NULL REFERENCES camera (id),
    officer TEXT REFERENCES officer (id), -- who wore it at the start; none when nobody did
    unit TEXT REFERENCES unit (id),   -- that officer's unit at the start: whose supervisors may watch
    recording TEXT NOT NULL,          -- id that the recording will have in evidence; it is not admitted yet
    state TEXT NOT NULL,              -- live, paused or ended
    why TEXT,                         -- code of what paused or ended it; none while live
    started_at BIGINT NOT NULL,       -- when the camera asked
    seen_at BIGINT NOT NULL,          -- the camera's latest report
    ended_at BIGINT,                  -- none while it lasts
    latitude DOUBLE PRECISION,        -- degrees WGS 84, latest; none when not known
    longitude DOUBLE PRECISION,       -- degrees WGS 84
    position_at BIGINT                -- camera clock of that position
);
CREATE UNIQUE INDEX live_session_of_camera ON live_session (camera) WHERE ended_at IS NULL;
CREATE INDEX live_session_of_officer ON live_session (officer, started_at);

-- Where a session's camera has been, for the map. Rows go when the stream ends: the recording has its own positions.
CREATE TABLE live_track (
    session TEXT NOT NULL REFERENCES live_session (id),
    at BIGINT NOT NULL,               -- camera clock
    latitude DOUBLE PRECISION NOT NULL,  -- degrees WGS 84
    longitude DOUBLE PRECISION NOT NULL, -- degrees WGS 84
    PRIMARY KEY (session, at)
);

-- Health professionals who may be called. They have no account.
CREATE TABLE clinician (
    id TEXT PRIMARY KEY,              -- UUIDv7
    name TEXT NOT NULL,               -- as the officer says it aloud
    title TEXT NOT NULL,              -- "crisis nurse"
    employer TEXT NOT NULL,           -- the hospital or service whose health records they keep
    phone TEXT,                       -- for the web-hook's SMS and for reading codes out; none when not given
    link_digest TEXT UNIQUE,          -- SHA-256 of the personal link's secret; none when no link works
    entered_at BIGINT NOT NULL,
    left_at BIGINT                    -- none while they may be on call
);

-- The one code that a clinician can sign in with next. A new one replaces it, use and too many wrong tries delete it.
CREATE TABLE clinician_code (
    clinician TEXT PRIMARY KEY REFERENCES clinician (id),
    digest TEXT NOT NULL,             -- SHA-256 of the clinician's id and the code
    expires_at BIGINT NOT NULL,
    wrong BIGINT NOT NULL             -- wrong tries so far
);

CREATE TABLE clinician_session (
    token_digest TEXT PRIMARY KEY,    -- SHA-256 of the 32 random bytes that the browser holds
    clinician TEXT NOT NULL REFERENCES clinician (id),
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,          -- to within half a minute
    expires_at BIGINT NOT NULL,       -- the end however busy it is
    note_key {{bytes}} NOT NULL,      -- the clinician's note key, encrypted to the token: useless without the browser
    address TEXT NOT NULL             -- remote address at sign-in
);
CREATE INDEX clinician_session_of ON clinician_session (clinician, expires_at);

-- Who is on call when. Of those on call at once, the lower place rings first.
CREATE TABLE shift (
    id TEXT PRIMARY KEY,              -- UUIDv7
    clinician TEXT NOT NULL REFERENCES clinician (id),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,         -- not included
    place BIGINT NOT NULL             -- 1 rings first
);
CREATE INDEX shift_when ON shift (until_at, from_at);

-- One request for help and what came of it: press, ring, accept, talk, outcome.
CREATE TABLE consult (
    id TEXT PRIMARY KEY,              -- UUIDv7
    session TEXT REFERENCES live_session (id), -- what the clinician sees; none while the camera does not record
    recording TEXT,                   -- id of the recording of the event; none when nothing was recorded yet
    officer TEXT NOT NULL REFERENCES officer (id),
    unit TEXT REFERENCES unit (id),   -- the officer's unit at the press
    why TEXT NOT NULL,                -- code of the live policy's helpReasons
    words TEXT,                       -- one line of the officer's; none mostly
    state TEXT NOT NULL,              -- ringing, talking, ended or withdrawn
    asked_at BIGINT NOT NULL,         -- the press
    alerted_at BIGINT,                -- when the operations centre was told that nobody answers
    clinician TEXT REFERENCES clinician (id), -- who accepted first; none while it rings
    accepted_at BIGINT,
    media_at BIGINT,                  -- first picture or sound on the clinician's screen
    speaking_at BIGINT,               -- first sound from the clinician
    ended_at BIGINT,
    outcome TEXT,                     -- code of the live policy's outcomes
    ended_by TEXT,                    -- clinician, officer, operations or lapel
    consent TEXT NOT NULL,            -- code of the live policy's consents
    consent_at BIGINT,                -- when it was last said; none while not asked
    aloud BIGINT NOT NULL             -- 1: the person hears the clinician too; 0: the officer alone
);
CREATE UNIQUE INDEX consult_open ON consult (officer) WHERE ended_at IS NULL;
CREATE INDEX consult_newest ON consult (asked_at, id);

CREATE TABLE consult_ring (
    consult TEXT NOT NULL REFERENCES consult (id),
    clinician TEXT NOT NULL REFERENCES clinician (id),
    place BIGINT NOT NULL,            -- in the order of ringing, from 1
    rung_at BIGINT NOT NULL,
    hooked_at BIGINT,                 -- when the web-hook took it; none without one
    PRIMARY KEY (consult, clinician)
);

-- Lines that the police side keeps: advice and chat. Clinical notes are in a store of their own, not here.
CREATE TABLE consult_line (
    number {{identity}},
    consult TEXT NOT NULL REFERENCES consult (id),
    at BIGINT NOT NULL,
    by_clinician BIGINT NOT NULL,     -- 1: the clinician; 0: the officer
    advice BIGINT NOT NULL,           -- 1: advice that stays with the consult's record; 0: chat
    text TEXT NOT NULL
);
CREATE INDEX consult_line_of ON consult_line (consult, number);

-- A time-boxed right to watch one live session.
CREATE TABLE lease (
    id TEXT PRIMARY KEY,              -- UUIDv7
    session TEXT NOT NULL REFERENCES live_session (id),
    consult TEXT REFERENCES consult (id), -- a clinician's; none for police
    holder TEXT NOT NULL,             -- clinician or account
    holder_name TEXT NOT NULL,        -- as called at the time
    shown_as TEXT NOT NULL,           -- what the officer reads: a clinician's title, a role's name
    reason TEXT NOT NULL,             -- code of the live policy's reasons
    words TEXT,                       -- more about the reason, as typed
    granted_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    renewals BIGINT NOT NULL,         -- how often it was renewed
    ended_at BIGINT,
    ended_why TEXT                    -- expired, given-up, stream-ended, consult-ended, killed, session-ended or consent-declined
);
CREATE INDEX lease_of_session ON lease (session, granted_at);
CREATE INDEX lease_open ON lease (until_at) WHERE ended_at IS NULL;

-- One connection that really received it, from joining to leaving.
CREATE TABLE watching (
    id TEXT PRIMARY KEY,              -- UUIDv7
    lease TEXT NOT NULL REFERENCES lease (id),
    session TEXT NOT NULL REFERENCES live_session (id),
    joined_at BIGINT NOT NULL,
    left_at BIGINT,                   -- none while it receives
    delay_p50_ms BIGINT,              -- glass to glass, as the watcher's screen measured it; none when it could not
    delay_p95_ms BIGINT
);
CREATE INDEX watching_of_session ON watching (session, joined_at);
