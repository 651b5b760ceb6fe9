-- Recordings under custody. Rows are written once, by admission, with the custody event that tells of it; only `viewing` and
-- `access_grant` get later writes. What the camera said is in `manifest`, byte for byte; the columns here are copied out of it for
-- finding, but for those that say they are the server's.
CREATE TABLE recording (
    id TEXT PRIMARY KEY,              -- the recording's id, chosen by the camera
    camera TEXT NOT NULL,             -- the camera that recorded it
    camera_serial TEXT NOT NULL,      -- the camera's serial as it was at admission
    officer TEXT,                     -- who wore the camera at the start, by the server's assignments; none if nobody is on record
    officer_badge TEXT,               -- that officer's badge number at admission
    officer_name TEXT,                -- that officer's name at admission
    unit TEXT,                        -- the unit that officer belonged to at the start, by the server's memberships
    sequence BIGINT NOT NULL,         -- the camera's count of its manifests, from 1
    started_at BIGINT NOT NULL,       -- microseconds; first frame, camera clock minus its measured offset: the server's time, for ordering
    place BIGINT NOT NULL UNIQUE,     -- started_at times 1024, plus 0, 1, 2 … among those of the same microsecond, given by admission
    duration_us BIGINT NOT NULL,      -- microseconds from first frame to end, camera clock
    activated_after_us BIGINT NOT NULL, -- microseconds from first frame to activation: the pre-event buffer as kept
    clock_offset_ms BIGINT,           -- camera clock minus server clock, milliseconds, as the camera measured; none if it never did
    start_trigger TEXT NOT NULL,      -- what began it: button, dispatch, holster…
    ending TEXT NOT NULL,             -- deactivated or power-cut
    urgent BIGINT NOT NULL,           -- 1 when the camera marked it urgent
    stopped_us BIGINT NOT NULL,       -- microseconds inside it that were in state stopped
    muted_us BIGINT NOT NULL,         -- microseconds inside it that were muted
    averted_us BIGINT NOT NULL,       -- microseconds inside it with the lens averted
    bookmarks BIGINT NOT NULL,        -- how many marks were made on the camera
    clips BIGINT NOT NULL,            -- how many clips it has
    sealed_bytes BIGINT NOT NULL,     -- bytes of all its sealed clips
    playback TEXT NOT NULL,           -- original: browsers play every clip; proxy: some clip needs a proxy; none: no clip can be played
    manifest TEXT NOT NULL,           -- digest of the manifest's envelope
    words TEXT NOT NULL,              -- what people search for: badge, name, serial, trigger, bookmarks, reasons; folded by SearchWords
{{postgres}}     words_index tsvector NOT NULL     -- made of words by the engine, each word as it is, for recording_words
{{postgres}}         GENERATED ALWAYS AS (array_to_tsvector(string_to_array(ltrim(words), ' '))) STORED,
    admitted_at BIGINT NOT NULL       -- microseconds, server clock of the admission
);
-- The list is read newest first from one of these, whatever the viewer may see.
CREATE INDEX recording_all ON recording (started_at, place);
CREATE INDEX recording_of_officer ON recording (officer, started_at, place);
CREATE INDEX recording_of_unit ON recording (unit, started_at, place);
CREATE INDEX recording_of_camera ON recording (camera, started_at, place);
-- Filters that few recordings pass, for those who see all and for those who see units; an officer's own are few anyway.
CREATE INDEX recording_urgent ON recording (started_at, place) WHERE urgent = 1;
CREATE INDEX recording_urgent_of_unit ON recording (unit, started_at, place) WHERE urgent = 1;
CREATE INDEX recording_stopped ON recording (started_at, place) WHERE stopped_us > 0;
CREATE INDEX recording_stopped_of_unit ON recording (unit, started_at, place) WHERE stopped_us > 0;
CREATE INDEX recording_muted ON recording (started_at, place) WHERE muted_us > 0;
CREATE INDEX recording_muted_of_unit ON recording (unit, started_at, place) WHERE muted_us > 0;
CREATE INDEX recording_averted ON recording (started_at, place) WHERE averted_us > 0;
CREATE INDEX recording_averted_of_unit ON recording (unit, started_at, place) WHERE averted_us > 0;
CREATE INDEX recording_power_cut ON recording (started_at, place) WHERE ending = 'power-cut';
CREATE INDEX recording_power_cut_of_unit ON recording (unit, started_at, place) WHERE ending = 'power-cut';

-- Searching by words: an index of its own in each engine. SQLite's is walked in the order of its row ids, which are the places, so
-- that the newest recordings with a word come first and nobody gathers the rest.
{{sqlite}} CREATE VIRTUAL TABLE recording_text USING fts5 ( -- rowid: recording.place
{{sqlite}}     words,                -- recording.words, and marks behind "_" for what lists filter by: unit, officer, camera, states
{{sqlite}}     content = '', contentless_delete = 1, -- only the index is kept
{{sqlite}}     detail = none,        -- neither phrases nor columns are asked for
{{sqlite}}     tokenize = "ascii tokenchars '_'" -- SearchWords has folded the words already: only spaces separate
{{sqlite}} );
CREATE TABLE search_word (
{{sqlite}}     word TEXT PRIMARY KEY,            -- a word that some recording has
{{postgres}}     word TEXT COLLATE "C" PRIMARY KEY, -- a word that some recording has; in the order of its characters' numbers, as on SQLite
    recordings BIGINT NOT NULL        -- SQLite: how many had it when they were admitted; only decides how a search is done
);
{{postgres}} CREATE INDEX recording_words ON recording USING gin (words_index);

CREATE TABLE clip (
    id TEXT PRIMARY KEY,              -- the clip's id, chosen by the camera; bound into its encryption
    recording TEXT NOT NULL REFERENCES recording (id), -- the recording it belongs to
    number BIGINT NOT NULL,           -- from 1 without gaps, in the order of playing
    sealed_digest TEXT NOT NULL,      -- digest of the sealed bytes, computed by the server; the object's name in the vault
    sealed_length_bytes BIGINT NOT NULL, -- length of the sealed bytes
    clear_digest TEXT NOT NULL,       -- digest of the media inside as the camera stated it; compared when it is verified
    clear_length_bytes BIGINT NOT NULL, -- length of the media inside
    complete BIGINT NOT NULL,         -- 0 when power was cut and the last sealed segment is missing
    started_at BIGINT NOT NULL,       -- microseconds, camera clock: first frame
    ended_at BIGINT NOT NULL,         -- microseconds, camera clock
    media_index {{bytes}} NOT NULL,   -- ClipIndex bytes: what is where in the clear media; made at admission, can be made again
    not_playable TEXT,                -- why browsers do not play the original, one sentence; none when they do
    UNIQUE (recording, number)
);
-- Not unique: every clip that power was cut from before its first segment has the same, empty, bytes.
CREATE INDEX clip_sealed ON clip (sealed_digest);

CREATE TABLE manifest (
    digest TEXT PRIMARY KEY,          -- digest of the envelope bytes
    recording TEXT NOT NULL UNIQUE REFERENCES recording (id), -- the recording it describes
    camera TEXT NOT NULL,             -- the camera that signed it
    camera_key TEXT NOT NULL,         -- digest of the camera's public key that verified at admission
    sequence BIGINT NOT NULL,         -- the count of manifests signed with this key, from 1: a camera enrolled again begins a new chain
    previous TEXT,                    -- digest of the camera's previous envelope as stated; none for its first
    envelope {{bytes}} NOT NULL,      -- the signed envelope exactly as received
    UNIQUE (camera_key, sequence)
);
CREATE INDEX manifest_previous ON manifest (previous);

-- An account's open look at a recording. Every byte of media is served within one.
CREATE TABLE viewing (
    id TEXT PRIMARY KEY,              -- stands in the URLs of media
    recording TEXT NOT NULL REFERENCES recording (id), -- what is looked at
    account TEXT NOT NULL,            -- who looks; the id alone is of no use to another account
    purpose TEXT,                     -- why, in the viewer's words
    opened_at BIGINT NOT NULL,        -- microseconds, server clock
    expires_at BIGINT NOT NULL,       -- microseconds, server clock; no byte is served after
    played_at BIGINT                  -- microseconds, server clock of the first playlist; none when only the page was opened
);
CREATE INDEX viewing_of_recording ON viewing (recording, opened_at);

-- Access to one recording for one account, given by a person for a reason.
CREATE TABLE access_grant (
    number {{identity}},              -- the grant's number
    account TEXT NOT NULL,            -- who may
    recording TEXT NOT NULL REFERENCES recording (id), -- what
    reason TEXT NOT NULL,             -- why, for the log
    granted_by TEXT NOT NULL,         -- the account that gave it
    granted_at BIGINT NOT NULL,       -- microseconds, server clock
    until BIGINT,                     -- microseconds, server clock; none: until revoked
    revoked_at BIGINT,                -- microseconds, server clock; none while it stands
    revoked_by TEXT,                  -- the account that took it back
    revoke_reason TEXT                -- why
);
CREATE INDEX access_grant_of_account ON access_grant (account, recording) WHERE revoked_at IS NULL;
CREATE INDEX access_grant_of_recording ON access_grant (recording, number);
