"""What the figures share: processes, load, people, speech, the impairing link, the results."""
