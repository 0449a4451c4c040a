"""Issues: what is wrong, and where it was seen."""
