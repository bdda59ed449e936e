"""What the commands share: the database they need, serving, reports."""
