"""The windows: the desktop client and the server window (PySide6).

bridge.py      one thread with the client core: coroutines in, Qt signals out
viewmodel/     what a window tells, without a widget
view/          widgets, which decide nothing
theme/         tokens.json → style sheet and palette
"""
