-- What judging keeps besides the judgements of attendances. Times are microseconds, server clock.

-- Marks of notice after the first: a recording that goes on from one call to the next has one for each.
ALTER TABLE recorded ADD COLUMN later_notices TEXT; -- JSON list of times; none when there is one mark or none

-- Docking and tagging of every recording that touches anything that was required; the others need no tag, and a late docking is a
-- finding. Written by judging; the same from zero.
CREATE TABLE recording_judgement (
    recording TEXT PRIMARY KEY,
    officer TEXT NOT NULL,
    unit TEXT,                        -- the officer's unit at the start
    policy BIGINT NOT NULL,           -- number of the policy version; 0 when none was in force
    began_at BIGINT NOT NULL,         -- when it was switched on, for lists and months
    dock_by BIGINT,                   -- until when it had to be docked; none without a policy
    docked_at BIGINT NOT NULL,        -- when Lapel held it
    tag_by BIGINT,                    -- until when it has to be tagged; none without a policy
    tagged_at BIGINT,                 -- when it first had case number and category; none while it has not
    again_at BIGINT                   -- to be judged again then though nothing changes
);
CREATE INDEX recording_judgement_of_officer ON recording_judgement (officer, began_at);
CREATE INDEX recording_judgement_of_unit ON recording_judgement (unit, began_at);
CREATE INDEX recording_judgement_again ON recording_judgement (again_at) WHERE again_at IS NOT NULL;

-- Judging takes what is due officer by officer.
CREATE INDEX judging_due_of_officer ON judging_due (officer, due_at);

-- Recordings of a camera, for when it turns out later who wore it.
CREATE INDEX recorded_by_camera ON recorded (camera, activated_at);

CREATE INDEX finding_newest ON finding (from_at, id);
