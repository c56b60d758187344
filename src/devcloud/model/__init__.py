"""What every room knows: names, ids, presence, records, reasons and the tree of errors.

Knows nothing of sockets, clocks or files: whatever varies comes in as an argument.
"""
