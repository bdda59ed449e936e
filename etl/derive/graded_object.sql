-- One row per hazard source, with the zones it belongs to. A point belongs to the county it lies in; a point in none
-- (simplified coasts, piers) to the one it declares. Of two areas that touch in it, the one with the lower code counts.
-- Squares are whole multiples of {cell} m in EPSG:4549 (CGCS2000 / 3-degree Gauss-Kruger, CM 120E): over the width of the
-- province a metre is true to about 1 part in 1,000 at its edges. MATERIALIZED: else each parallel worker locates them all.
WITH piece AS MATERIALIZED (
    SELECT level, code, ST_Subdivide(geom, 256) AS geom FROM {admin_area} WHERE level IN ('county', 'town')
), located AS MATERIALIZED (
    SELECT h.fid, min(p.code) FILTER (WHERE p.level = 'county') AS county, min(p.code) FILTER (WHERE p.level = 'town') AS town
    FROM {hazard_source} h JOIN piece p ON ST_Intersects(p.geom, h.geom)
    GROUP BY h.fid
), park AS MATERIALIZED (
    SELECT h.fid, min(p.code) AS code
    FROM {hazard_source} h JOIN (SELECT code, ST_Subdivide(geom, 256) AS geom FROM {chemical_park}) p
         ON ST_Intersects(p.geom, h.geom)
    GROUP BY h.fid
)
SELECT h.code, h.name, h.kind, h.industry, h.grade, h.grade_reason, h.grade_reason_en, h.grade_method, h.grade_cutoffs,
       h.assessor, h.assessed_on, h.gb18218_grade, h.s_value, h.r_value, h.firm_score, h.residents_500m, h.supervisor,
       a.alpha_declared, a.residents_raster, a.alpha_raster, a.r_raster, a.gb18218_grade_raster, a.boundary,
       coalesce(l.county, h.county_code) AS county_code, l.town AS town_code, k.code AS park_code,
       'E' || (floor(ST_X(p.at) / {cell}) * {cell})::bigint || 'N' || (floor(ST_Y(p.at) / {cell}) * {cell})::bigint AS cell,
       h.geom
FROM {hazard_source} h
CROSS JOIN LATERAL (SELECT ST_Transform(h.geom, 4549) AS at) p
LEFT JOIN located l USING (fid)
LEFT JOIN park k USING (fid)
LEFT JOIN {alphas} a ON a.code = h.code
ORDER BY h.code
