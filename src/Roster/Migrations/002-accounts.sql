-- Who may sign in, and what their role lets them do.
CREATE TABLE account (
    id TEXT PRIMARY KEY,          -- UUIDv7
    name TEXT NOT NULL UNIQUE,    -- what is typed to sign in: lower case, no spaces
    full_name TEXT NOT NULL,      -- the person, as the custody log names them
    role TEXT NOT NULL,           -- officer, supervisor, evidence-clerk, oversight or administrator
    unit TEXT REFERENCES unit (id), -- a supervisor's unit, with all below it; none for the others
    officer TEXT REFERENCES officer (id), -- the officer this person is; none for those who wear no camera
    about TEXT,                   -- one line on what the person does; shown beside demo accounts
    password TEXT NOT NULL,       -- $scrypt$ln=..,r=..,p=..$salt$hash; its own parameters, so that they can be raised
    made_at BIGINT NOT NULL,      -- microseconds, server clock
    disabled_at BIGINT,           -- microseconds, server clock; none while it may sign in
    failures BIGINT NOT NULL,     -- wrong passwords since the last right one; written by sign-in
    locked_until BIGINT NOT NULL, -- microseconds, server clock; sign-in is refused before; 0 when free
    must_change BIGINT NOT NULL   -- 1 while the password is one that an administrator set
);
CREATE UNIQUE INDEX account_of_officer ON account (officer);

-- Signed-in browsers and programs. The token is never kept, only its digest; rows go when a session ends.
CREATE TABLE session (
    token_digest TEXT PRIMARY KEY,-- SHA-256 of the 32 random bytes that the browser or program holds
    account TEXT NOT NULL REFERENCES account (id),
    carrier TEXT NOT NULL,        -- cookie (browser) or bearer (program); one is not accepted as the other
    started_at BIGINT NOT NULL,   -- microseconds, server clock
    seen_at BIGINT NOT NULL,      -- microseconds, server clock of the latest request, to within a minute
    expires_at BIGINT NOT NULL,   -- microseconds, server clock; the end however busy it is
    address TEXT NOT NULL,        -- remote address at sign-in
    browser TEXT NOT NULL         -- User-Agent at sign-in, cut to 200 characters
);
CREATE INDEX session_of_account ON session (account, started_at);

-- What each role may do. Seeded from roles.jsonc, changed by an administrator.
CREATE TABLE role_permission (
    role TEXT NOT NULL,           -- a role's word
    permission TEXT NOT NULL,     -- a permission's word
    PRIMARY KEY (role, permission)
);

-- Permissions that roles.jsonc has already handed out here: a later Lapel adds its new ones once and leaves changed roles alone.
CREATE TABLE permission_seeded (
    permission TEXT PRIMARY KEY,  -- a permission's word
    seeded_at BIGINT NOT NULL     -- microseconds, server clock
);
