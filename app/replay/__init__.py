"""Going back in time: what was known at a moment, and when anything changed."""
