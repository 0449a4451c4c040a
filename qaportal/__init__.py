"""QA Portal: the composition root."""
