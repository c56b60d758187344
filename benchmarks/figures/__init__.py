"""A file per figure. Each has `measure(quick)`, which returns rows of the table of results."""
