"""Voice: the media process, and the side of it that the core holds (`control`, `process`).

`engine`, `devices`, `processing`, `clock`, `files` and `quality` live inside the process only: a
native fault there costs a restart and never the program that started it.
"""
