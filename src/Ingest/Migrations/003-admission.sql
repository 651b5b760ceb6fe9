-- A recording that was refused. Its bytes are kept in quarantine/<id>/ with reason.json beside them, its wrapped keys in the keys folder;
-- nothing here is ever deleted by Lapel itself.
CREATE TABLE quarantine (
    id TEXT PRIMARY KEY,          -- UUIDv7; names the folder
    camera TEXT NOT NULL,         -- the camera whose session brought it
    camera_serial TEXT NOT NULL,  -- its serial then
    recording TEXT,               -- as the manifest says; none when it could not be read
    manifest TEXT NOT NULL,       -- digest of the envelope's bytes
    code TEXT NOT NULL,           -- why, stable
    why TEXT NOT NULL,            -- why, one sentence for people
    received_at BIGINT NOT NULL,  -- microseconds, server clock when the camera first sent the manifest: keys are judged as of then
    refused_at BIGINT NOT NULL,   -- microseconds, server clock of the latest refusal
    attempts BIGINT NOT NULL,     -- how often admission was tried
    state TEXT NOT NULL,          -- moving (files are still on their way from uploads/), kept, admitted (later, by a person or a better upload)
    ended_at BIGINT,              -- microseconds, server clock when it was admitted after all
    ended_by TEXT                 -- who had it tried again, as called then
);
CREATE INDEX quarantine_newest ON quarantine (refused_at, id);
CREATE INDEX quarantine_of_manifest ON quarantine (manifest, refused_at);

CREATE TABLE quarantine_clip (
    quarantine TEXT NOT NULL REFERENCES quarantine (id),
    clip TEXT NOT NULL,           -- the clip, as the camera says
    number BIGINT NOT NULL,       -- its number in the recording, as the camera says
    upload TEXT NOT NULL,         -- the upload that brought it; its file is moved from there
    length_bytes BIGINT NOT NULL, -- as received
    digest TEXT NOT NULL,         -- SHA-256 as computed while it was received
    PRIMARY KEY (quarantine, upload)
);

-- What admission let pass and wants people to know: a clock that was wrong, an officer the roster does not confirm, a gap in the chain.
CREATE TABLE admission_remark (
    recording TEXT NOT NULL,      -- the admitted recording
    kind TEXT NOT NULL,           -- clock, officer, chain-gap, unreadable
    words TEXT NOT NULL,          -- one sentence for people
    at BIGINT NOT NULL,           -- microseconds, server clock of the admission
    PRIMARY KEY (recording, kind)
);
CREATE INDEX admission_remark_newest ON admission_remark (at, recording);
