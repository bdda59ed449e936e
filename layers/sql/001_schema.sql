-- Schema "layer" is built by the ETL: one table per layer version, and these catalogue tables.
-- Idempotent: run at every start.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE SCHEMA IF NOT EXISTS layer;

-- One row per version that still exists. A version never changes; its table_name or file is written once.
CREATE TABLE IF NOT EXISTS layer.version (
    layer        text NOT NULL,
    version      text NOT NULL,
    table_name   text,                 -- vector layers: table in this schema
    raster_file  text,                 -- raster layers: file name under <state>/rasters
    archive_file text,                 -- PMTiles of the low zooms: file name under <state>/archives
    row_count    bigint NOT NULL,
    class_counts jsonb NOT NULL DEFAULT '[]',
    west double precision, south double precision, east double precision, north double precision,
    source_name  text NOT NULL DEFAULT '',
    source_date  date,
    owner        text NOT NULL DEFAULT '',
    licence      text NOT NULL DEFAULT '',
    note         text NOT NULL DEFAULT '',
    generated    boolean NOT NULL DEFAULT false,
    loaded_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (layer, version)
);

-- Which version is served: one row per layer, changed in the same transaction as the ledger.
-- Readers meet no DDL, so a swap never waits behind a slow query nor makes one wait.
CREATE TABLE IF NOT EXISTS layer.current (
    layer   text PRIMARY KEY,
    version text NOT NULL,
    FOREIGN KEY (layer, version) REFERENCES layer.version
);

-- Which set of files the map was last filled from as a whole; one row. A start with the same files loads nothing.
CREATE TABLE IF NOT EXISTS layer.dataset (
    only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    fingerprint text NOT NULL,
    title       text NOT NULL,
    generated   boolean NOT NULL,
    loaded_at   timestamptz NOT NULL DEFAULT now()
);
