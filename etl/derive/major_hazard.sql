SELECT * FROM {hazard_source} WHERE kind = 'major_hazard' ORDER BY code
