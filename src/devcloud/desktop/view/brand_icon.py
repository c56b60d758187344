"""The program's icon with its state: for the tray and the window. Drawn from the mark."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from devcloud.desktop.theme.icons import paint_icon
from devcloud.desktop.theme.theme import theme
from devcloud.desktop.viewmodel.values import TrayState

SIZES: Final = (16, 22, 24, 32, 48, 64)
_DOTS: Final = {"in_call": "presenceOnline", "missed": "danger"}


def tray_icon(state: TrayState) -> QIcon:
    """Return the tray's icon: the outline; pale when offline; a green or red dot."""
    icon = QIcon()
    for side in SIZES:
        icon.addPixmap(_tray_pixmap(state, side))
    return icon


def window_icon() -> QIcon:
    """Return the program's icon: the cloud on its rounded square."""
    icon = QIcon()
    for side in (*SIZES, 128):
        icon.addPixmap(_mark(side))
    return icon


def _tray_pixmap(state: TrayState, side: int) -> QPixmap:
    look = theme()
    drawn, painter = _canvas(side)
    outline = look.colour("textDisabled" if state == "offline" else "text")
    paint_icon(painter, QRectF(0, 0, side, side), "brand", outline)
    if state in _DOTS:
        dot = side * 0.42
        place = QRectF(side - dot, side - dot, dot, dot)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        rim = side / 16
        painter.setBrush(outline)  # of any colour: it clears
        painter.drawEllipse(place.adjusted(-rim, -rim, rim, rim))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setBrush(look.colour(_DOTS[state]))
        painter.drawEllipse(place)
    painter.end()
    return drawn


def _mark(side: int) -> QPixmap:
    look = theme()
    drawn, painter = _canvas(side)
    painter.setBrush(look.colour("accent"))
    radius = side * 0.22
    painter.drawRoundedRect(QRectF(0, 0, side, side), radius, radius)
    inset = side * 0.16
    place = QRectF(inset, inset, side - 2 * inset, side - 2 * inset)
    paint_icon(painter, place, "brand", look.colour("onAccent"))
    painter.end()
    return drawn


def _canvas(side: int) -> tuple[QPixmap, QPainter]:
    drawn = QPixmap(side, side)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    return drawn, painter
