"""The page: what its server answers, and what a real browser shows."""
