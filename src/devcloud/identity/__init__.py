"""Who somebody is, and how the other side can tell: keys, signed claims, safety words, pins.

Pure: randomness and the time are arguments, files and sockets are unknown here. The arithmetic is
`cryptography`'s; what is decided here is what gets signed, and what follows from a signature.
"""
