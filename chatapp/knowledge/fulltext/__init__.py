"""Full-text search, by each kind of database in its own way."""
