-- A look of which it is counted how much of the picture went out: for reviews that somebody answers for.
ALTER TABLE viewing ADD COLUMN counted BIGINT NOT NULL DEFAULT 0; -- 1 when what is served within it is kept in viewing_served

-- What went out within a counted look. Rows are added as bytes are served and may overlap.
CREATE TABLE viewing_served (
    number {{identity}},
    viewing TEXT NOT NULL REFERENCES viewing (id),
    from_ms BIGINT NOT NULL,          -- milliseconds of the player's time: the clips one after the other
    until_ms BIGINT NOT NULL
);
CREATE INDEX viewing_served_of ON viewing_served (viewing);
