"""SQL kept as files: numbered scripts are idempotent and run at every start."""
