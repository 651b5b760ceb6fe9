-- What was added when judging, deciding and dispatch had been used for a while. Times are microseconds, server clock.

-- Two calls at once: seconds that both asked for by the same rule are one finding.
ALTER TABLE finding ADD COLUMN also TEXT; -- ids of later attendances whose same seconds it stands for, blanks between; written by judging
