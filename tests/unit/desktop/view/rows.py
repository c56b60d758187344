"""What the tests of lists share: clicking a row, its button, and reading what is selected."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from devcloud.desktop.view.row_list import RowList

LEFT = Qt.MouseButton.LeftButton


def click_row(qtbot: QtBot, rows: RowList, row: int) -> None:
    """Click the name of a row."""
    rect = rows.visualRect(rows.model().index(row, 0))
    place = rect.center()
    place.setX(rect.left() + 90)
    qtbot.mouseClick(rows.viewport(), LEFT, pos=place)


def click_button(qtbot: QtBot, rows: RowList, row: int) -> None:
    """Click the call button of a row."""
    qtbot.mouseClick(rows.viewport(), LEFT, pos=rows.button_at(row).center())


def point_at(rows: RowList, row: int) -> None:
    """Put the pointer on the call button of a row."""
    place = QPointF(rows.button_at(row).center())
    far = rows.viewport().mapToGlobal(place)
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, far, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(rows.viewport(), move)
