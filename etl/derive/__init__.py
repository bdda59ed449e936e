"""What the ETL computes: grades of hazard sources, cities and province from counties, risk zones."""
