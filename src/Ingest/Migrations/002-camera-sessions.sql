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

-- Nonces of session requests, so that a recorded one opens nothing when it is sent again. A camera whose clock is about right makes up its
-- own; after two days such a request is refused for its time, and its nonce forgotten. A camera whose clock is off by more than a day,
-- be it by years, is given a nonce by the server instead, good for ten minutes.
CREATE TABLE camera_nonce (
    camera TEXT NOT NULL,         -- the camera that signed, or was given it
    nonce TEXT NOT NULL,          -- its random words
    offered_at BIGINT,            -- microseconds, server clock when the server gave it out; none when the camera made it up
    used_at BIGINT,               -- microseconds, server clock; none while it waits for the camera
    PRIMARY KEY (camera, nonce)
);
