"""Files that are databases. Knows nothing of what is in them."""
