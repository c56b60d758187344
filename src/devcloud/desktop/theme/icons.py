"""Icons by name, in the colour of a role, sharp on every screen.

The files are line drawings in `currentColor`; the colour is put in before they are rendered.
Pixmaps are cached by name, colour, size and pixel ratio; the cache is bounded.
"""

from functools import cache, lru_cache
from importlib import resources
from typing import Final
from weakref import WeakSet

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from devcloud.desktop.theme.theme import Theme, theme

SIZES: Final = {"small": "icon.small", "medium": "icon.medium", "large": "icon.large"}
# Qt sets 4 px between the icon and the word of a button; the design asks for 8.
WORD_GAP: Final = 4
_PROPERTY: Final = "devcloudIcon"
_watched: "WeakSet[Theme]" = WeakSet()


def icon(name: str, role: str = "text", size: str | int = "medium") -> QIcon:
    """Return an icon in the colour of `role`, greyed when disabled. It keeps today's colours.

    `size` is `small`, `medium`, `large` or a number of pixels. Raises KeyError for an unknown
    icon or role. For a button that follows the theme, see `set_icon`.
    """
    return _icon(name, role, icon_size(size), 0)


def pixmap(
    name: str, role: str = "text", size: str | int = "medium", ratio: float = 1.0
) -> QPixmap:
    """Return the icon as a pixmap of `size` logical pixels for a screen of pixel ratio `ratio`."""
    return tinted(name, theme().colour(role), icon_size(size), ratio)


def tinted(name: str, colour: QColor, pixels: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon in a colour that a painter already has."""
    return _render(name, colour.name(QColor.NameFormat.HexRgb), pixels, ratio)


def paint_icon(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    """Paint the icon centred in `rect`, as large as its shorter side."""
    side = round(min(rect.width(), rect.height()))
    drawn = tinted(name, colour, side, painter.device().devicePixelRatioF())
    left = rect.center().x() - side / 2
    painter.drawPixmap(QRectF(left, rect.center().y() - side / 2, side, side).toRect(), drawn)


def icon_size(size: str | int) -> int:
    """Return a size in logical pixels: of a token's name at today's scale, or as given."""
    return theme().length(SIZES[size]) if isinstance(size, str) else size


def set_icon(
    widget: QAbstractButton | QLabel, name: str, role: str = "text", size: str | int = "medium"
) -> None:
    """Give a button or a label an icon that follows theme, accent and font size by itself."""
    if theme() not in _watched:
        _watched.add(theme())
        theme().changed.connect(_refresh_all)
    widget.setProperty(_PROPERTY, [name, role, str(size)])
    _refresh(widget)


@cache
def source(name: str) -> str:
    """Return the SVG text of an icon. Raises KeyError when there is none of that name."""
    file = resources.files("devcloud.design") / "icons" / f"{name}.svg"
    if not file.is_file():
        raise KeyError(f"no icon named {name!r}")
    return file.read_text("utf-8")


def _refresh_all() -> None:
    for widget in QApplication.allWidgets():
        if widget.property(_PROPERTY):
            _refresh(widget)


def _refresh(widget: QWidget) -> None:
    name, role, size_text = widget.property(_PROPERTY)
    size = int(size_text) if size_text.isdigit() else size_text
    if isinstance(widget, QAbstractButton):
        side = icon_size(size)
        gap = WORD_GAP if widget.text() else 0
        widget.setIcon(_icon(name, role, side, gap))
        widget.setIconSize(QSize(side + gap, side))
    elif isinstance(widget, QLabel):
        widget.setPixmap(pixmap(name, role, size, widget.devicePixelRatioF()))


def _icon(name: str, role: str, side: int, gap: int) -> QIcon:
    made = QIcon()
    for ratio in _ratios():
        for mode, shown in ((QIcon.Mode.Normal, role), (QIcon.Mode.Disabled, "textDisabled")):
            drawn = pixmap(name, shown, side, ratio)
            made.addPixmap(_widened(drawn, gap) if gap else drawn, mode)
    return made


def _widened(drawn: QPixmap, gap: int) -> QPixmap:
    ratio = drawn.devicePixelRatio()
    wide = QPixmap(drawn.width() + round(gap * ratio), drawn.height())
    wide.fill(Qt.GlobalColor.transparent)
    wide.setDevicePixelRatio(ratio)
    left = gap if QGuiApplication.isRightToLeft() else 0
    painter = QPainter(wide)
    painter.drawPixmap(left, 0, drawn)
    painter.end()
    return wide


@lru_cache(maxsize=512)
def _render(name: str, colour: str, pixels: int, ratio: float) -> QPixmap:
    text = source(name).replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    side = max(1, round(pixels * ratio))
    drawn = QPixmap(side, side)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


def _ratios() -> list[float]:
    return sorted({1.0, 2.0} | {screen.devicePixelRatio() for screen in QGuiApplication.screens()})
