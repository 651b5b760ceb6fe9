-- An upload: a resumable transfer of one sealed clip. Not evidence until admission. Its bytes are uploads/<id>.part; its metadata header,
-- which brings the wrapped content key, is a file of its own in the keys folder and never in the records.
CREATE TABLE upload (
    id TEXT PRIMARY KEY,          -- UUIDv7; the last part of the upload's URL
    camera TEXT NOT NULL,         -- the camera whose session made it; nobody else may touch it
    recording TEXT NOT NULL,      -- as the camera says
    clip TEXT NOT NULL,           -- as the camera says
    number BIGINT NOT NULL,       -- the clip's number within the recording, as the camera says
    urgent BIGINT NOT NULL,       -- 1: the camera sends it before others
    length_bytes BIGINT,          -- the whole length, once the camera knows it; then never changed
    offset_bytes BIGINT NOT NULL, -- bytes known to be on disk; the file can be longer while a request is under way
    digest TEXT,                  -- SHA-256 of the whole, computed as the bytes came; none until complete
    state TEXT NOT NULL,          -- receiving, complete, admitted, quarantined, terminated, expired
    boot TEXT NOT NULL,           -- the machine's boot id at the last write: in another boot only offset_bytes is believed, not the file's length
    created_at BIGINT NOT NULL,   -- microseconds, server clock
    touched_at BIGINT NOT NULL,   -- microseconds, server clock of the last bytes
    expires_at BIGINT NOT NULL    -- microseconds, server clock; an incomplete upload untouched until then is removed
);
CREATE INDEX upload_of_clip ON upload (camera, recording, clip);
CREATE INDEX upload_in_state ON upload (state, expires_at);
