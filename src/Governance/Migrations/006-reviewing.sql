-- Reviews drawn at random from required recordings, and what the media itself looks like. Times are microseconds, server clock.

-- A list of required recordings, fixed first and drawn from afterwards. See docs/formats/review-draw.md.
CREATE TABLE review_draw (
    id TEXT PRIMARY KEY,              -- UUIDv7
    weekly BIGINT NOT NULL,           -- 1 for the draw of a unit's week, 0 for one that somebody asked for
    unit TEXT REFERENCES unit (id),   -- whose required recordings, units below it too; none: the whole agency's
    from_at BIGINT NOT NULL,          -- attendances that began from then
    until_at BIGINT NOT NULL,         -- until before then
    policy BIGINT NOT NULL,           -- number of the policy version whose questions are asked
    wanted BIGINT NOT NULL,           -- how many to draw; fewer when the list is shorter
    frame TEXT NOT NULL,              -- digest of the list
    frame_text TEXT NOT NULL,         -- the list: ids of attendances in order, a line each
    frame_length BIGINT NOT NULL,     -- how many
    committed_by TEXT NOT NULL,       -- name of who asked; of Lapel itself for a week
    committed_at BIGINT NOT NULL,     -- when the list was fixed
    position BIGINT,                  -- place in the custody log of the event that fixed the list; written by the follower
    checkpoint TEXT,                  -- the signed head that is the seed; none until drawn
    drawn_at BIGINT                   -- when; none until drawn
);
CREATE UNIQUE INDEX review_draw_week ON review_draw (unit, from_at) WHERE weekly = 1;
CREATE INDEX review_draw_newest ON review_draw (committed_at, id);

-- What was drawn: one officer's part in one incident, for one reviewer.
CREATE TABLE review (
    draw TEXT NOT NULL REFERENCES review_draw (id),
    attendance TEXT NOT NULL,
    place BIGINT NOT NULL,            -- 1 for the first that the draw chose
    reviewer TEXT,                    -- account; none when no supervisor is there to do it
    due_at BIGINT NOT NULL,
    escalated_at BIGINT,              -- when it went to the next supervisor because nobody had done it
    escalated_from TEXT,              -- account that had it before
    done_at BIGINT,                   -- none while it waits
    done_by TEXT,                     -- account
    answers TEXT,                     -- JSON object: id of a question of the policy to yes, no or does-not-apply
    words TEXT,                       -- what the reviewer wrote; none when nothing
    watched_seconds BIGINT,           -- different seconds of media that were watched, when it was done
    PRIMARY KEY (draw, attendance)
);
CREATE INDEX review_of_reviewer ON review (reviewer, due_at) WHERE done_at IS NULL;
CREATE INDEX review_waiting ON review (due_at) WHERE done_at IS NULL;
CREATE INDEX review_of_attendance ON review (attendance);

-- Seconds of a recording that a reviewer watched: reported by the player, and served before. A second is a row, so that watching it
-- twice counts once.
CREATE TABLE review_watched (
    draw TEXT NOT NULL,
    attendance TEXT NOT NULL,
    recording TEXT NOT NULL,
    second BIGINT NOT NULL,           -- of the player's time: the clips one after the other
    PRIMARY KEY (draw, attendance, recording, second)
);

-- Recordings whose media has been looked through by machine. Derived; can be made again.
CREATE TABLE media_look (
    recording TEXT PRIMARY KEY,
    looked_at BIGINT NOT NULL
);

-- What a machine thinks somebody might look at. Never a finding, and never counted against anybody.
CREATE TABLE media_lead (
    recording TEXT NOT NULL,
    kind TEXT NOT NULL,               -- a word of LeadKind
    from_ms BIGINT NOT NULL,          -- milliseconds of the player's time
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (recording, from_ms, kind)
);
