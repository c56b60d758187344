"""What the windows tell: QObjects and list models, without a widget.

Everything here lives in the Qt thread. Views read properties, connect to signals and call methods;
`values.py` has every frozen value they read, `app.AppModel` is where they begin.
"""
