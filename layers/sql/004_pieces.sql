-- Large polygons in the pieces that tiles of high zooms are made of; idempotent, run at every start.
-- A row of a heap names its pieces by cut_id. x and y are tiles of zoom 12; a piece reaches a little beyond its tile.
CREATE TABLE IF NOT EXISTS layer.piece (
    cut_id bigint NOT NULL,
    x      integer NOT NULL,
    y      integer NOT NULL,
    heap   text NOT NULL,
    geom   geometry(Geometry, 3857) NOT NULL,
    PRIMARY KEY (cut_id, x, y)
) WITH (toast_tuple_target = 4080);
CREATE SEQUENCE IF NOT EXISTS layer.cut_id;

-- Rows of heaps are written by loads only: tiles, archives and open pages would not hear of anything else.
CREATE OR REPLACE FUNCTION layer.only_by_loads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('riskmap.load', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION
            USING MESSAGE = 'rows of ' || TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME || ' are changed by loads only',
                  ERRCODE = 'insufficient_privilege',
                  HINT = 'riskmap load FILE --layer ID --mode upsert changes rows and keeps the version before. '
                         '图层数据只能经加载修改：riskmap load 文件 --layer 图层 --mode upsert';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER only_by_loads BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON layer.piece
    FOR EACH STATEMENT EXECUTE FUNCTION layer.only_by_loads();
