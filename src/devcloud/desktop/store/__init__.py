"""Contacts and history, in one SQLite file of the data directory."""
