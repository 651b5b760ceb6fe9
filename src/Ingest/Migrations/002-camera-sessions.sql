-- A camera's proven presence: it signed a session request with its enrolled key. Rows stay after their end, since they say when a camera
-- was last seen and how its clock went.
CREATE TABLE camera_session (
    token_digest TEXT PRIMARY KEY,-- SHA-256 of the 32 random bytes that the camera holds
    camera TEXT NOT NULL,         -- the camera
    key_digest TEXT NOT NULL,     -- the key it proved; the session ends when that is no longer the camera's
    started_at BIGINT NOT NULL,   -- microseconds, server clock
    seen_at BIGINT NOT NULL,      -- microseconds, server clock of the latest request, to within half a minute
    expires_at BIGINT NOT NULL,   -- microseconds, server clock
    stated_at BIGINT NOT NULL,    -- microseconds, the camera's clock as it signed: minus started_at it is the offset, network delay included
    address TEXT NOT NULL         -- remote address at the start
);
CREATE INDEX camera_session_of_camera ON camera_session (camera, started_at);

-- Every session request ever accepted, so that a recorded one opens nothing when it is sent again. The camera's clock may be wrong by
-- years, so no time limit can take the place of remembering.
CREATE TABLE camera_nonce (
    camera TEXT NOT NULL,         -- the camera that signed
    nonce TEXT NOT NULL,          -- its random words
    used_at BIGINT NOT NULL,      -- microseconds, server clock
    PRIMARY KEY (camera, nonce)
);
