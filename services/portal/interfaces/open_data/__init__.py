"""Open data: what the county publishes month by month, for anybody to take along and count again."""
