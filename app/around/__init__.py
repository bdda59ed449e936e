"""Everything about one place in one answer: what is there, what makes it worse, who comes first, where people go."""
