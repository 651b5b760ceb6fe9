-- How cameras that are not ours stream. Passphrases and passwords are in files of the keys folder, not here.
CREATE TABLE live_source (
    camera TEXT PRIMARY KEY REFERENCES camera (id),
    kind TEXT NOT NULL,               -- srt or rtsp
    port BIGINT UNIQUE,               -- UDP port that waits for this camera alone; none for rtsp
    address TEXT,                     -- where rtsp is asked for, without name and password; none for srt
    given_at BIGINT NOT NULL,         -- server clock
    declared_by TEXT NOT NULL,        -- name of the account that declared then that the camera records by itself whenever it streams
    secret_at BIGINT NOT NULL,        -- server clock of the latest passphrase or password
    allowed_at BIGINT NOT NULL        -- a stream killed after this moment keeps the source off
);
