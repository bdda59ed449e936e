"""Pages and files made from answers: printed, mailed, opened without a network."""
