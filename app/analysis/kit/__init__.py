"""What analyses are made of: choosing bases, cutting land, counting people, finding the worst place."""
