-- The layout (fields, shape, tile format) a version was built with: a program whose layer has changed since does not
-- serve it, and a start with the same files loads them again.
ALTER TABLE layer.version ADD COLUMN IF NOT EXISTS layout text NOT NULL DEFAULT '';
