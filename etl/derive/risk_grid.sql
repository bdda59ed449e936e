-- One row per 500 m square that holds a hazard source. Squares are aligned to whole multiples of 500 m in
-- EPSG:4549 (CGCS2000 / 3-degree Gauss-Kruger, CM 120E): the grid the province's own maps use; over the width of
-- the province a metre is true to about 1 part in 1,000 at the edges (no percent signs in this file: psycopg reads them).
WITH member AS (
    SELECT floor(ST_X(p.at) / 500)::int AS column_, floor(ST_Y(p.at) / 500)::int AS row_,
           h.name, h.grade, h.gb18218_grade, h.county_code, h.r_value, h.firm_score, h.assessed_on
    FROM {hazard_source} h CROSS JOIN LATERAL (SELECT ST_Transform(h.geom, 4549) AS at) p
), tally AS (
    SELECT column_, row_, min(grade) AS grade, mode() WITHIN GROUP (ORDER BY county_code) AS county_code,
           count(*) FILTER (WHERE grade = 1) AS n_red,
           count(*) FILTER (WHERE grade = 2) AS n_orange,
           count(*) FILTER (WHERE grade = 3) AS n_yellow,
           count(*) FILTER (WHERE grade = 4) AS n_blue,
           count(*) FILTER (WHERE grade IS NULL) AS n_ungraded,
           max(assessed_on) FILTER (WHERE grade IS NOT NULL) AS graded_on
    FROM member GROUP BY column_, row_
), worst AS (
    SELECT DISTINCT ON (m.column_, m.row_) m.column_, m.row_, m.name, m.gb18218_grade,
           count(*) OVER (PARTITION BY m.column_, m.row_) AS together
    FROM member m JOIN tally t USING (column_, row_)
    WHERE m.grade = t.grade
    ORDER BY m.column_, m.row_, m.gb18218_grade NULLS LAST, m.r_value DESC NULLS LAST, m.firm_score NULLS LAST, m.name
)
SELECT 'E' || t.column_ * 500 || 'N' || t.row_ * 500 AS code, t.county_code, t.grade,
       coalesce(w.name || CASE WHEN w.gb18218_grade IS NULL THEN '' ELSE '（' || w.gb18218_grade || ' 级重大危险源）' END
                || CASE WHEN w.together > 1 THEN ' 等 ' || w.together || ' 处' ELSE '' END,
                t.n_ungraded || ' 处危险源均未评定') AS because,
       coalesce(w.name || CASE WHEN w.gb18218_grade IS NULL THEN '' ELSE ' (major hazard, grade ' || w.gb18218_grade || ')' END
                || CASE WHEN w.together > 1 THEN ' and others, ' || w.together || ' in all' ELSE '' END,
                t.n_ungraded || ' hazard sources, none graded') AS because_en,
       t.n_red, t.n_orange, t.n_yellow, t.n_blue, t.n_ungraded, t.graded_on,
       ST_Multi(ST_Transform(ST_MakeEnvelope(t.column_ * 500, t.row_ * 500, t.column_ * 500 + 500, t.row_ * 500 + 500,
                                             4549), 4326)) AS geom
FROM tally t LEFT JOIN worst w USING (column_, row_)
ORDER BY t.column_, t.row_
