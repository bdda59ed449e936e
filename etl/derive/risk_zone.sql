-- One row per county: worst grade, counts per colour, the members that decide, the latest assessment.
-- A point belongs to the county it lies in; a point in none (simplified coasts, piers) to the one it declares.
WITH county AS (
    SELECT code, name, city, geom FROM {admin_area} WHERE level = 'county'
), piece AS (
    SELECT code, ST_Subdivide(geom, 256) AS geom FROM county
), located AS (
    SELECT h.fid, min(p.code) AS code
    FROM {hazard_source} h JOIN piece p ON ST_Intersects(p.geom, h.geom)
    GROUP BY h.fid
), member AS (
    SELECT coalesce(l.code, h.county_code) AS county_code, h.name, h.grade, h.gb18218_grade, h.r_value,
           h.firm_score, h.assessed_on
    FROM {hazard_source} h LEFT JOIN located l USING (fid)
), tally AS (
    SELECT county_code, min(grade) AS grade,
           count(*) FILTER (WHERE grade = 1) AS n_red,
           count(*) FILTER (WHERE grade = 2) AS n_orange,
           count(*) FILTER (WHERE grade = 3) AS n_yellow,
           count(*) FILTER (WHERE grade = 4) AS n_blue,
           count(*) FILTER (WHERE grade IS NULL) AS n_ungraded,
           max(assessed_on) FILTER (WHERE grade IS NOT NULL) AS graded_on
    FROM member GROUP BY county_code
), ranked AS (
    SELECT m.county_code, m.name, m.gb18218_grade,
           row_number() OVER w AS place, count(*) OVER (PARTITION BY m.county_code) AS together
    FROM member m JOIN tally t ON t.county_code = m.county_code AND t.grade = m.grade
    WINDOW w AS (PARTITION BY m.county_code
                 ORDER BY m.gb18218_grade NULLS LAST, m.r_value DESC NULLS LAST, m.firm_score NULLS LAST, m.name)
), because AS (
    SELECT county_code,
           string_agg(name || CASE WHEN gb18218_grade IS NULL THEN '' ELSE '（' || gb18218_grade || ' 级重大危险源）' END,
                      '、' ORDER BY place)
           || CASE WHEN max(together) > 3 THEN ' 等 ' || max(together) || ' 处' ELSE '' END AS because,
           string_agg(name || CASE WHEN gb18218_grade IS NULL THEN '' ELSE ' (major hazard, grade ' || gb18218_grade || ')' END,
                      ', ' ORDER BY place)
           || CASE WHEN max(together) > 3 THEN ' and others, ' || max(together) || ' in all' ELSE '' END AS because_en
    FROM ranked WHERE place <= 3 GROUP BY county_code
)
SELECT c.code, c.name, c.city, t.grade,
       coalesce(b.because, CASE WHEN t.n_ungraded > 0
                                THEN t.n_ungraded || ' 处危险源均未评定' ELSE '没有危险源数据' END) AS because,
       coalesce(b.because_en, CASE WHEN t.n_ungraded > 0
                                   THEN t.n_ungraded || ' hazard sources, none graded' ELSE 'no hazard source data' END)
           AS because_en,
       coalesce(t.n_red, 0) AS n_red, coalesce(t.n_orange, 0) AS n_orange, coalesce(t.n_yellow, 0) AS n_yellow,
       coalesce(t.n_blue, 0) AS n_blue, coalesce(t.n_ungraded, 0) AS n_ungraded, t.graded_on, c.geom
FROM county c
LEFT JOIN tally t ON t.county_code = c.code
LEFT JOIN because b ON b.county_code = c.code
ORDER BY c.code
