-- What judging keeps besides the judgements of attendances. Times are microseconds, server clock.

-- Marks of notice after the first: a recording that goes on from one call to the next has one for each.
ALTER TABLE recorded ADD COLUMN later_notices TEXT; -- JSON list of times; none when there is one mark or none

-- Recordings to be judged again though nothing changes: they touch something that was required, have no tag, and their deadline is not over.
-- Written by judging; the same from zero.
CREATE TABLE recording_wait (
    officer TEXT NOT NULL,            -- who wore the camera
    recording TEXT NOT NULL,
    began_at BIGINT NOT NULL,         -- when it was switched on
    again_at BIGINT NOT NULL,         -- until when it has to be tagged
    PRIMARY KEY (officer, recording)
) {{clustered}};
CREATE INDEX recording_wait_next ON recording_wait (again_at);

-- Judging takes what is due officer by officer.
CREATE INDEX judging_due_of_officer ON judging_due (officer, due_at);

CREATE INDEX finding_newest ON finding (from_at); -- without the id: half the pages, and few findings begin in one microsecond
