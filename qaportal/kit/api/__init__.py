"""The shared half of the REST API: four styles over one domain."""
