"""A column in the middle of a page, which scrolls when the window is too low for it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget


def scrolling_column(column: QWidget, *, side: int, top: int, centred: bool = False) -> QScrollArea:
    """Put a column of limited width into a scroll area, `side` and `top` pixels from its edges.

    `centred` puts it in the middle of the height, too.
    """
    inside = QWidget()
    around = QHBoxLayout(inside)
    around.setContentsMargins(side, top, side, min(top, side))
    around.setSpacing(0)
    middle = QVBoxLayout()
    middle.setSpacing(0)
    if centred:
        middle.addStretch(1)
    middle.addWidget(column)
    if centred:
        middle.addStretch(1)
    around.addStretch(1)
    # It takes its greatest width before the stretches beside it get anything.
    around.addLayout(middle, 1000)
    around.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    # A scroll area fills what it scrolls; the page behind has the colour.
    inside.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area
