-- How cameras that are not ours stream. Passphrases, keys and passwords are in files of the keys folder, not here.
CREATE TABLE live_source (
    camera TEXT PRIMARY KEY REFERENCES camera (id),
    kind TEXT NOT NULL,               -- srt, rtmp or rtsp
    port BIGINT UNIQUE,               -- UDP port that waits for this camera alone; srt only
    address TEXT,                     -- where rtsp is asked for, without name and password; rtsp only
    given_at BIGINT NOT NULL,         -- server clock
    declared_by TEXT NOT NULL,        -- name of the account that declared then that the camera records by itself whenever it streams
    secret_at BIGINT NOT NULL,        -- server clock of the latest passphrase, key or password
    allowed_at BIGINT NOT NULL        -- a stream killed after this moment keeps the source off
);
