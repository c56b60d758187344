"""The headless client, as a library.

desk      every decision: calls, wire messages, media orders (no input or output of its own)
session   the connection to the server: signing in, and again after it was lost
core      runs a desk between a session and a media process
api       what programs use: `connect`, `Client`, `ClientCall`
"""
