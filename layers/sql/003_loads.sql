-- Loads: every attempt to bring a file in, from receiving it to making it current; what was wrong with its rows; and
-- how its rows become versions. Idempotent: run at every start.

-- Rows of all versions of a layer stand together in one table ("heap") with the versions they belong to: a row is in
-- version n when since <= n and (until is null or until > n). layer.version.table_name is a view that shows one
-- version, so that readers see a plain table, an unchanged row is stored once, and an older version is still whole.
ALTER TABLE layer.version ADD COLUMN IF NOT EXISTS heap text;
ALTER TABLE layer.version ADD COLUMN IF NOT EXISTS seq bigint NOT NULL DEFAULT 0;
ALTER TABLE layer.version ADD COLUMN IF NOT EXISTS parent text;
-- A sum over the hashes of the rows: two versions with the same rows have the same, whatever their order.
ALTER TABLE layer.version ADD COLUMN IF NOT EXISTS content text NOT NULL DEFAULT '';
-- Boxes (degrees: west, south, east, north) in which this version differs from its parent; null: everywhere.
ALTER TABLE layer.version ADD COLUMN IF NOT EXISTS changed jsonb;

-- Working tables of loads that are under way. Unlogged: a crash of the server empties them, and the load reads its
-- file again.
CREATE SCHEMA IF NOT EXISTS stage;

CREATE TABLE IF NOT EXISTS layer.load (
    id          text PRIMARY KEY,
    revision    bigint NOT NULL DEFAULT 0,       -- grows with every change; If-Match compares it
    kind        text NOT NULL DEFAULT 'file' CHECK (kind IN ('file', 'fix', 'rollback', 'derived')),
    parent      text REFERENCES layer.load,      -- the load that this one mends or takes back
    state       text NOT NULL CHECK (state IN ('received', 'staged', 'checked', 'committing', 'loaded', 'unchanged',
                                               'refused', 'failed', 'discarded')),
    layer       text,
    file        text NOT NULL DEFAULT '',
    file_sha256 text NOT NULL DEFAULT '',
    file_bytes  bigint NOT NULL DEFAULT 0,
    profile     jsonb NOT NULL DEFAULT '{}',     -- what was asked for: mapping, coordinate system, policies
    survey      jsonb,                           -- what the file holds
    facts       jsonb,                           -- the table that was staged
    reading     jsonb,                           -- how its coordinates were read, with the candidates
    operation   jsonb,                           -- how they became degrees
    questions   jsonb NOT NULL DEFAULT '[]',     -- decisions that are open
    findings    jsonb NOT NULL DEFAULT '[]',     -- what was noticed
    counts      jsonb NOT NULL DEFAULT '{}',
    rows_in     bigint NOT NULL DEFAULT 0,
    rows_loaded bigint NOT NULL DEFAULT 0,
    rows_refused bigint NOT NULL DEFAULT 0,
    base        text,                            -- version the counts compare with
    version     text,                            -- version this load made
    message     text NOT NULL DEFAULT '',
    owner       text NOT NULL DEFAULT '',
    source_date date,
    person      text NOT NULL DEFAULT '',        -- who asked for it
    shaped      bigint,                          -- version number for which the checked rows may become the table
    path        text NOT NULL DEFAULT '',        -- where the file lies while the load is open
    started_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE INDEX IF NOT EXISTS load_layer_idx ON layer.load (layer, started_at DESC);
CREATE INDEX IF NOT EXISTS load_hash_idx ON layer.load (file_sha256);

-- One row per fault of a row of a load; all are kept.
CREATE TABLE IF NOT EXISTS layer.load_error (
    load     text NOT NULL REFERENCES layer.load ON DELETE CASCADE,
    row      bigint NOT NULL,
    key      text,
    field    text NOT NULL,
    code     text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
    value    text NOT NULL DEFAULT '',
    zh       text NOT NULL,
    en       text NOT NULL
);
ALTER TABLE layer.load_error ADD COLUMN IF NOT EXISTS line bigint;   -- where the row begins in a text or a sheet
CREATE INDEX IF NOT EXISTS load_error_idx ON layer.load_error (load, severity, row);

-- The rows that were refused, as they stood in the file, so that they can be mended and sent again alone.
CREATE TABLE IF NOT EXISTS layer.load_bad_row (
    load     text NOT NULL REFERENCES layer.load ON DELETE CASCADE,
    row      bigint NOT NULL,
    cells    jsonb NOT NULL,
    shape    bytea,                              -- WKB in the coordinates of the file
    mended   text,                               -- the load that brought it in after all
    PRIMARY KEY (load, row)
);
ALTER TABLE layer.load_bad_row ADD COLUMN IF NOT EXISTS line bigint;

CREATE TABLE IF NOT EXISTS layer.profile (
    name     text NOT NULL,
    version  bigint NOT NULL,
    layer    text NOT NULL,
    columns  jsonb NOT NULL,                     -- names of the columns it was made for
    body     jsonb NOT NULL,
    saved_by text NOT NULL DEFAULT '',
    saved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version)
);

-- What a raster version covers: the outline of its cells with data (degrees), cell size (degrees), sum of the cells.
CREATE TABLE IF NOT EXISTS layer.raster (
    layer     text NOT NULL,
    version   text NOT NULL,
    footprint geometry(MultiPolygon, 4326) NOT NULL,
    cell_x    double precision NOT NULL,
    cell_y    double precision NOT NULL,
    nodata    double precision,
    dtype     text NOT NULL,
    total     double precision NOT NULL,
    PRIMARY KEY (layer, version),
    FOREIGN KEY (layer, version) REFERENCES layer.version ON DELETE CASCADE
);

-- Squares of 0.02 degrees over the counties of one version of the administrative areas, numbered from 0 row by row from
-- the south-west: the county that has the whole square, or the counties that touch it and the part of each in it. Finding
-- the county of a point is then a look into a hash, and geometry is looked at near borders only. Rows and not an array:
-- what reads an array out of a one-row query is not run in parallel.
DROP TABLE IF EXISTS layer.county_cell, layer.county_border, layer.county_grid;
CREATE TABLE IF NOT EXISTS layer.county_frame (
    version text PRIMARY KEY,
    west    integer NOT NULL,                    -- number of the first column: longitude in squares from 0
    south   integer NOT NULL,
    columns integer NOT NULL,
    rows    integer NOT NULL
);
CREATE TABLE IF NOT EXISTS layer.county_square (
    version text NOT NULL REFERENCES layer.county_frame ON DELETE CASCADE ON UPDATE CASCADE,
    cell    integer NOT NULL,
    code    text,                                -- of the only county
    codes   text[],
    pieces  geometry[],
    PRIMARY KEY (version, cell),
    CHECK ((code IS NULL) = (codes IS NOT NULL AND pieces IS NOT NULL))
);

-- Text of a file as a value: null where it is none, so that the row can be named instead of failing the statement.
CREATE OR REPLACE FUNCTION stage.as_whole(t text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t ~ '^[+-]?[0-9]{1,18}(\.0*)?$' THEN split_part(t, '.', 1)::bigint
                WHEN t ~ '^[+-]?[0-9]{19,40}(\.0*)?$' AND abs(split_part(t, '.', 1)::numeric) <= 9223372036854775807
                THEN split_part(t, '.', 1)::bigint END $$;
CREATE OR REPLACE FUNCTION stage.as_decimal(t text) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t ~ '^[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?$'
                THEN t::double precision
                WHEN length(t) < 800 AND t ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$'
                THEN CASE WHEN abs(t::numeric) <= 1.7976931348623157e308 AND (t::numeric = 0 OR abs(t::numeric) >= 1e-307)
                          THEN t::double precision END END $$;
-- A number as a person may write it, as a number: full-width digits, and commas between thousands.
CREATE OR REPLACE FUNCTION stage.plain_number(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN translate(t, '０１２３４５６７８９．，－＋', '0123456789.,-+') ~ '^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$'
                THEN replace(translate(t, '０１２３４５６７８９．，－＋', '0123456789.,-+'), ',', '')
                ELSE translate(t, '０１２３４５６７８９．，－＋', '0123456789.,-+') END $$;
CREATE OR REPLACE FUNCTION stage.as_yes_no(t text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN lower(t) IN ('true', 't', '1', '1.0', '是', '有', 'y', 'yes') THEN true
                WHEN lower(t) IN ('false', 'f', '0', '0.0', '否', '无', 'n', 'no') THEN false END $$;
-- Days as offices write them: 2025-11-16, 2025/1/6, 20251116, 2025年1月6日, with or without a time of day. as_day tells
-- the most common form by its characters and leaves the rest to any_day, which costs ten times as much; that is
-- PL/pgSQL because SQL that needs a FROM is not inlined and costs a hundred times as much.
CREATE OR REPLACE FUNCTION stage.any_day(t text) RETURNS date LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    p text[];
    y integer; m integer; d integer;
BEGIN
    IF t ~ '^[0-9]{8}$' THEN
        p := ARRAY[substr(t, 1, 4), substr(t, 5, 2), substr(t, 7, 2)];
    ELSE
        p := regexp_match(t, '^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$');
    END IF;
    IF p IS NULL THEN
        RETURN NULL;
    END IF;
    y := p[1]::integer; m := p[2]::integer; d := p[3]::integer;
    IF y = 0 OR m NOT BETWEEN 1 AND 12 OR d NOT BETWEEN 1 AND 31 OR d > 28 AND
            d > extract(day FROM make_date(y, m, 1) + interval '1 month' - interval '1 day') THEN
        RETURN NULL;
    END IF;
    RETURN make_date(y, m, d);
END $$;
CREATE OR REPLACE FUNCTION stage.as_day(t text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t LIKE '____-__-__' AND translate(t, '0123456789', '') = '--' AND substr(t, 1, 4) > '0000'
                     AND substr(t, 6, 2) BETWEEN '01' AND '12' AND substr(t, 9, 2) BETWEEN '01' AND '30'
                     AND (substr(t, 6, 2) <> '02' OR substr(t, 9, 2) < '29')
                THEN make_date(substr(t, 1, 4)::integer, substr(t, 6, 2)::integer, substr(t, 9, 2)::integer)
                ELSE stage.any_day(t) END $$;

-- The county of a point near a border: the first whose piece of the square it lies in. A function, because PostgreSQL
-- runs no correlated subquery in parallel.
CREATE OR REPLACE FUNCTION stage.county_among(codes text[], pieces geometry[], point geometry) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    FOR n IN 1 .. cardinality(codes) LOOP
        IF ST_Intersects(pieces[n], point) THEN
            RETURN codes[n];
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- The ledger of earlier programs becomes part of the history.
DO $$ BEGIN
    IF to_regclass('layer.ledger') IS NOT NULL THEN
        INSERT INTO layer.load (id, state, layer, file, file_sha256, rows_in, rows_loaded, rows_refused, version, message,
                                owner, source_date, started_at, finished_at)
        SELECT 'ledger-' || id, status, layer, file, file_sha256, rows_in, rows_loaded, rows_refused, version, message,
               owner, source_date, started_at, finished_at FROM layer.ledger;
        DROP TABLE layer.ledger;
    END IF;
END $$;
