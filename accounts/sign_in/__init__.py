"""Who gets in: passwords, second factors, identity providers, and confirming once more who one is."""
