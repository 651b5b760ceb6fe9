-- Browsers of clinicians that want to be rung while their page is closed, through their own push services.
CREATE TABLE push_subscription (
    endpoint TEXT PRIMARY KEY,        -- address at the push service, named by the browser and checked against the live policy
    clinician TEXT NOT NULL REFERENCES clinician (id),
    browser_key {{bytes}} NOT NULL,   -- the browser's public key: an uncompressed point on P-256, 65 bytes
    secret {{bytes}} NOT NULL,        -- 16 bytes shared with the browser alone; with it and our key one could only write to the browser
    made_at BIGINT NOT NULL           -- server clock
);
CREATE INDEX push_subscription_of ON push_subscription (clinician);
