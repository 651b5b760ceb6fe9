-- What kind of device a camera is. An officer wears one of each kind at a time: a phone stands beside the body-worn camera.
ALTER TABLE camera ADD COLUMN kind TEXT NOT NULL DEFAULT 'body'; -- body or phone; written when the camera is first expected, never changed
