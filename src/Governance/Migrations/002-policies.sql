-- What was done with each version of the policy, and by whom. Rows are only added. Approvals stand in policy_approval.
CREATE TABLE policy_step (
    number {{identity}},
    version TEXT NOT NULL REFERENCES policy_version (id),
    step TEXT NOT NULL,               -- a word of PolicyStep
    account TEXT NOT NULL,            -- who
    name TEXT NOT NULL,               -- that person's name at the time
    at BIGINT NOT NULL,               -- when
    note TEXT                         -- what the draft was made from, why it was proposed, why it was withdrawn
);
CREATE INDEX policy_step_of ON policy_step (version, number);

-- The officer that who approved was at the time: another account of the same person is not another person.
ALTER TABLE policy_approval ADD COLUMN officer TEXT;
