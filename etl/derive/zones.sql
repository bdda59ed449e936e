-- One row per zone: the worst member decides unless a person has decided; counts per colour, the members that decide,
-- the latest assessment. {of} is the column of graded objects that names the zone of each; zones without members stay.
-- (No percent signs in this file: psycopg reads them.)
WITH member AS (
    SELECT {of} AS zone, name, grade, gb18218_grade, r_value, firm_score, assessed_on
    FROM {graded_object} WHERE {of} IS NOT NULL
), tally AS (
    SELECT zone, min(grade) AS grade,
           count(*) FILTER (WHERE grade = 1) AS n_red,
           count(*) FILTER (WHERE grade = 2) AS n_orange,
           count(*) FILTER (WHERE grade = 3) AS n_yellow,
           count(*) FILTER (WHERE grade = 4) AS n_blue,
           count(*) FILTER (WHERE grade IS NULL) AS n_ungraded,
           max(assessed_on) FILTER (WHERE grade IS NOT NULL) AS graded_on
    FROM member GROUP BY zone
), ranked AS (
    SELECT m.zone, m.name, m.gb18218_grade, row_number() OVER w AS place, count(*) OVER (PARTITION BY m.zone) AS together
    FROM member m JOIN tally t ON t.zone = m.zone AND t.grade = m.grade
    WINDOW w AS (PARTITION BY m.zone
                 ORDER BY m.gb18218_grade NULLS LAST, m.r_value DESC NULLS LAST, m.firm_score NULLS LAST, m.name)
), because AS (
    SELECT zone,
           string_agg(name || CASE WHEN gb18218_grade IS NULL THEN '' ELSE '（' || gb18218_grade || ' 级重大危险源）' END,
                      '、' ORDER BY place)
           || CASE WHEN max(together) > 3 THEN ' 等 ' || max(together) || ' 处' ELSE '' END AS because,
           string_agg(name || CASE WHEN gb18218_grade IS NULL THEN '' ELSE ' (major hazard, grade ' || gb18218_grade || ')' END,
                      ', ' ORDER BY place)
           || CASE WHEN max(together) > 3 THEN ' and others, ' || max(together) || ' in all' ELSE '' END AS because_en
    FROM ranked WHERE place <= 3 GROUP BY zone
), by_hand AS (
    SELECT DISTINCT ON (zone) zone, grade, reason, person, until FROM {overrides}
    WHERE layer = {layer} AND withdrawn_at IS NULL AND until >= {today}
    ORDER BY zone, id DESC
)
SELECT z.code, z.name, z.city, z.county_code, z.park_class, coalesce(o.grade, t.grade) AS grade, t.grade AS worst_grade,
       CASE WHEN o.zone IS NULL THEN '' ELSE '人工核定（' || o.person || '，至 ' || o.until || '）：' || o.reason || '；成员：' END
           || coalesce(b.because, CASE WHEN t.n_ungraded > 0 THEN t.n_ungraded || ' 处危险源均未评定' ELSE '没有危险源数据' END)
           AS because,
       CASE WHEN o.zone IS NULL THEN '' ELSE 'set by hand (' || o.person || ', until ' || o.until || '): ' || o.reason
                || '; members: ' END
           || coalesce(b.because_en, CASE WHEN t.n_ungraded > 0 THEN t.n_ungraded || ' hazard sources, none graded'
                                          ELSE 'no hazard source data' END) AS because_en,
       coalesce(t.n_red, 0) AS n_red, coalesce(t.n_orange, 0) AS n_orange, coalesce(t.n_yellow, 0) AS n_yellow,
       coalesce(t.n_blue, 0) AS n_blue, coalesce(t.n_ungraded, 0) AS n_ungraded, t.graded_on,
       o.zone IS NOT NULL AS overridden, o.reason AS override_reason, o.person AS override_person,
       o.until AS override_until, z.geom
FROM ({zones}) z
LEFT JOIN tally t ON t.zone = z.code
LEFT JOIN because b ON b.zone = z.code
LEFT JOIN by_hand o ON o.zone = z.code
ORDER BY z.code
