"""A person's avatar: a disc of their colour with their initials, and their presence if wanted."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.person import Presence, colour_index, initials
from devcloud.desktop.view.widgets.presence import paint_presence

_LARGE = 64  # pixels from which the dot sits further in and is larger


def paint_avatar(
    painter: QPainter,
    rect: QRectF,
    name: str,
    presence: Presence | None = None,
    background_role: str = "background",
) -> None:
    """Paint the avatar in the square `rect`. `background_role` is the colour behind it.

    The dot may reach 2 px out of `rect` at the lower right.
    """
    disc, ink = theme().avatar(colour_index(name))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(disc)
    painter.drawEllipse(rect)
    painter.setPen(ink)
    painter.setFont(_initials_font(rect.width()))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, initials(name))
    painter.restore()
    if presence is not None:
        paint_presence(painter, _dot(rect), presence, theme().colour(background_role))


def _initials_font(diameter: float) -> QFont:
    font = theme().font("bodyStrong")
    font.setPixelSize(max(8, round(diameter * 0.36)))
    return font


def _dot(rect: QRectF) -> QRectF:
    large = rect.width() >= _LARGE
    side = max(rect.width() * 0.23, 14.0) if large else max(14.0, rect.width() * 0.35)
    out = -3.0 if large else 2.0
    return QRectF(rect.right() - side + out, rect.bottom() - side + out, side, side)


class Avatar(QWidget):
    """An avatar as a widget. Its accessible name is the person's."""

    REACH = 2
    """Pixels that something, here the dot, may reach out of the disc."""

    def __init__(
        self,
        size_role: str = "avatar",
        background_role: str = "surface",
        parent: QWidget | None = None,
    ) -> None:
        """`size_role`: `avatarSmall`, `avatar`, `avatarTile`, `avatarLarge`, `avatarCall`."""
        super().__init__(parent)
        self._size_role = size_role
        self._background = background_role
        self._name = ""
        self._presence: Presence | None = None
        self._resize()
        theme().changed.connect(self._resize)

    @property
    def name(self) -> str:
        """Whom it shows."""
        return self._name

    @property
    def presence(self) -> Presence | None:
        """The presence that shows, if any."""
        return self._presence

    @property
    def diameter(self) -> int:
        """The disc's diameter in pixels."""
        return theme().length(f"size.{self._size_role}")

    def set_person(self, name: str, presence: Presence | None = None) -> None:
        """Show a person; without a presence there is no dot."""
        self._name, self._presence = name, presence
        self.setAccessibleName(name)
        self.update()

    def set_size_role(self, size_role: str) -> None:
        """Change the size, as the tiles of a call do when people come and go."""
        self._size_role = size_role
        self._resize()

    def sizeHint(self) -> QSize:  # noqa: N802
        """The disc and what reaches out of it."""
        side = self.diameter + 2 * self.REACH
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the avatar in the middle, whose dot may lie on what is around it."""
        disc = QRectF(0, 0, self.diameter, self.diameter)
        disc.moveCenter(QRectF(self.rect()).center())
        painter = QPainter(self)
        self._paint_around(painter, disc)
        paint_avatar(painter, disc, self._name, self._presence, self._background)
        painter.end()

    def _paint_around(self, painter: QPainter, disc: QRectF) -> None:
        """Paint what is around the disc: here nothing."""

    def _resize(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()
