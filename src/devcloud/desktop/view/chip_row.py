"""What the middle of the call pages is laid out with: things side by side, on as many lines as
they need, and how large the avatar may be."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.widgets.chip import Chip
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import CallView, ChipInfo

GAP = 8


class Wrapping(QWidget):
    """Holds widgets of their own size; hidden ones take no room. Call `arrange` when one grew."""

    def __init__(
        self, parent: QWidget | None = None, *, align: Literal["centre", "left"] = "centre"
    ) -> None:
        """Empty at first; `align` is where a line stands that is shorter than the width."""
        super().__init__(parent)
        self._held: list[QWidget] = []
        self._align = align
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def put(self, *widgets: QWidget) -> None:
        """Hold these."""
        self._held = list(widgets)
        for widget in widgets:
            widget.setParent(self)
        self.arrange()

    def arrange(self) -> None:
        """Place them anew, after one has come, gone or grown."""
        self.setMinimumHeight(self._lay(self.width(), move=True))
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """More lines where it is narrow."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Return the height of all lines."""
        return self._lay(width, move=False)

    def sizeHint(self) -> QSize:  # noqa: N802
        """All on one line."""
        sizes = [widget.sizeHint() for widget in self._shown()]
        width = sum(size.width() for size in sizes) + GAP * max(0, len(sizes) - 1)
        return QSize(width, self.heightForWidth(max(width, 1)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """One a line."""
        return QSize(64, self.heightForWidth(max(self.width(), 1)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Place them anew."""
        super().resizeEvent(event)
        self.setMinimumHeight(self._lay(self.width(), move=True))

    def _shown(self) -> list[QWidget]:
        return [widget for widget in self._held if not widget.isHidden()]

    def _lay(self, width: int, *, move: bool) -> int:
        top = 0
        for line in self._lines(width):
            sizes = [widget.sizeHint() for widget in line]
            whole = sum(size.width() for size in sizes) + GAP * (len(line) - 1)
            left = max(0, (width - whole) // 2) if self._align == "centre" else 0
            height = max(size.height() for size in sizes)
            for widget, size in zip(line, sizes, strict=True):
                if move:
                    widget.setGeometry(QRect(left, top, min(size.width(), width), height))
                left += size.width() + GAP
            top += height + GAP
        return max(0, top - GAP)

    def _lines(self, width: int) -> list[list[QWidget]]:
        lines: list[list[QWidget]] = []
        used = 0
        for widget in self._shown():
            need = widget.sizeHint().width()
            if not lines or used + GAP + need > width:
                lines.append([])
                used = -GAP
            lines[-1].append(widget)
            used += GAP + need
        return lines


class ChipRow(Wrapping):
    """Chips that are only read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty until `show_chips`."""
        super().__init__(parent)
        self.chips: list[Chip] = []

    def show_chips(self, infos: Sequence[ChipInfo]) -> None:
        """Show what there is to say; chips without words are left out."""
        told = [info for info in infos if info.text]
        while len(self.chips) < len(told):
            self.chips.append(Chip("", None, "neutral"))
            self.put(*self.chips)
        for chip, info in zip(self.chips, told, strict=False):
            chip.set_chip(info.text, info.icon or None, info.tone or "neutral")
        for number, chip in enumerate(self.chips):
            chip.setVisible(number < len(told))
        self.arrange()


def avatar_for(room: int, reach: int) -> str:
    """Return the size role of the largest avatar that fits with its rings, which reach `reach`
    pixels out of it, into `room` pixels; empty when none does."""
    sizes = ("avatarCall", "avatarLarge", "avatarTile", "avatar")
    fitting = (size for size in sizes if theme().length(f"size.{size}") + 2 * reach <= room)
    return next(fitting, "")


def show_encryption(chip: Chip, view: CallView, text: T) -> None:
    """Let a chip say in one word whether a call that is going on can be overheard."""
    if view.encrypted:
        chip.set_chip(text("call_encrypted"), "lock", "success")
    else:
        info = view.encryption_chip
        chip.set_chip(info.text, info.icon or None, info.tone or "warning")
