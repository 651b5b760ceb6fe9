-- Who belongs where and wears what. Nothing here is ever deleted: things that ended keep their row and the time they ended, so that a
-- question about any past day can be answered.
CREATE TABLE unit (
    id TEXT PRIMARY KEY,          -- UUIDv7
    parent TEXT REFERENCES unit (id), -- the unit above; none for the service itself
    name TEXT NOT NULL,           -- as people say it: 31 Division
    kind TEXT NOT NULL,           -- service, division or platoon
    opened_at BIGINT NOT NULL,    -- microseconds, server clock when it was entered
    closed_at BIGINT              -- microseconds, server clock when it was closed; none while it stands
);
CREATE INDEX unit_under ON unit (parent);

CREATE TABLE officer (
    id TEXT PRIMARY KEY,          -- UUIDv7
    badge TEXT NOT NULL UNIQUE,   -- badge number as worn; never given to another officer
    name TEXT NOT NULL,           -- family and given name as the agency writes them
    rank TEXT,                    -- as the agency writes it; none when not kept
    entered_at BIGINT NOT NULL,   -- microseconds, server clock when the officer was entered
    left_at BIGINT                -- microseconds; when the officer left the service; none while serving
);

-- Officers belong to one unit at a time. Times are half-open: from_at is inside, until_at is not.
CREATE TABLE membership (
    officer TEXT NOT NULL REFERENCES officer (id),
    unit TEXT NOT NULL REFERENCES unit (id),
    from_at BIGINT NOT NULL,      -- microseconds, start of a day in the agency's time zone when entered by hand
    until_at BIGINT,              -- microseconds; none while it lasts
    PRIMARY KEY (officer, from_at)
);
CREATE INDEX membership_of_unit ON membership (unit, from_at);

CREATE TABLE camera (
    id TEXT PRIMARY KEY,          -- UUIDv7
    serial TEXT NOT NULL UNIQUE,  -- the maker's serial number, as printed on it
    model TEXT NOT NULL,          -- the maker's name for it
    state TEXT NOT NULL,          -- expected, enrolled, revoked or lost
    key_digest TEXT,              -- digest of the present public key (camera_key); none before enrolment and after revocation
    code_digest TEXT UNIQUE,      -- SHA-256 of the enrolment code; none once used or withdrawn. The code itself is never kept
    code_expires_at BIGINT,       -- microseconds, server clock; the code is refused from then on
    expected_at BIGINT NOT NULL,  -- microseconds, server clock when the camera was first entered
    enrolled_at BIGINT,           -- microseconds, server clock of the latest enrolment
    ended_at BIGINT,              -- microseconds, server clock of the latest revocation or report of loss
    ended_reason TEXT             -- why, in the words of who did it
);

-- Every public key a camera ever had, so that old recordings verify after a camera was enrolled again.
CREATE TABLE camera_key (
    key_digest TEXT PRIMARY KEY,  -- SHA-256 of the SPKI bytes; the keyid of the camera's signatures
    camera TEXT NOT NULL REFERENCES camera (id),
    spki {{bytes}} NOT NULL,      -- DER SubjectPublicKeyInfo, P-256
    enrolled_at BIGINT NOT NULL,  -- microseconds, server clock
    revoked_at BIGINT             -- microseconds, server clock; nothing signed with it is admitted from then on; none while valid
);
CREATE INDEX camera_key_of_camera ON camera_key (camera, enrolled_at);

CREATE TABLE dock (
    id TEXT PRIMARY KEY,          -- UUIDv7
    name TEXT NOT NULL,           -- as people say it: 31 Division, parade room
    unit TEXT REFERENCES unit (id), -- whose it is; none when shared
    entered_at BIGINT NOT NULL,   -- microseconds, server clock
    closed_at BIGINT              -- microseconds, server clock when it was taken out of use
);

-- Who wore which camera when: one officer per camera and one camera per officer at a time. Half-open, like memberships.
CREATE TABLE assignment (
    id TEXT PRIMARY KEY,          -- UUIDv7
    camera TEXT NOT NULL REFERENCES camera (id),
    officer TEXT NOT NULL REFERENCES officer (id),
    from_at BIGINT NOT NULL,      -- microseconds, the moment of handing out, entered by a person or the server's clock
    until_at BIGINT               -- microseconds, the moment of return; none while it is worn
);
CREATE INDEX assignment_of_camera ON assignment (camera, from_at);
CREATE INDEX assignment_of_officer ON assignment (officer, from_at);
