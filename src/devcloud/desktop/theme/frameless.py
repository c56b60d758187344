"""Round corners of windows without a frame of the system's, also where nothing mixes windows.

An X server without a compositor shows black where a window is see-through: such a window is cut out
instead. Everywhere else its edges are smooth, and nothing is cut.
"""

import ctypes
import os

from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion
from PySide6.QtWidgets import QWidget


def round_corners(window: QWidget, radius: str) -> None:
    """Cut the corners off where they would be black; `radius` is a length of the design."""
    if is_composited():
        return
    from devcloud.desktop.theme.theme import theme  # noqa: PLC0415 (the theme imports its style)

    path = QPainterPath()
    length = theme().length(radius) + 2  # the smooth edge would be half black
    path.addRoundedRect(window.rect(), length, length)
    window.setMask(QRegion(path.toFillPolygon().toPolygon()))


def is_composited() -> bool:
    """Whether see-through parts of windows show what is behind them; asked each time, because a
    compositor comes and goes (EWMH, "_NET_WM_CM_Sn": the selection that it owns)."""
    if QGuiApplication.platformName() != "xcb":
        return True
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return True
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = x11.XGetSelectionOwner.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(os.environ.get("DISPLAY", "").encode() or None))
    if not display:
        return True
    try:
        name = f"_NET_WM_CM_S{x11.XDefaultScreen(display)}".encode()
        atom = ctypes.c_ulong(x11.XInternAtom(display, name, 0))
        return bool(x11.XGetSelectionOwner(display, atom))
    finally:
        x11.XCloseDisplay(display)
