"""What people decide, kept in schema ``app``: constants, overrides of zones, the audit trail."""
