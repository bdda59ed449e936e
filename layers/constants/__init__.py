"""Every constant that a grade, a zone or a figure hangs on: one table, versioned, with source and confidence."""
