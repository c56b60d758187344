"""One pane giving way to another in a narrow window: a picture of the old one slides out."""

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QPoint, QPropertyAnimation, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from devcloud.desktop.theme.theme import theme


def slide_out(page: QWidget, old: QPixmap, *, to_left: bool) -> None:
    """Lay `old` over `page` and move it out of sight. Nothing at all where motion is reduced.

    The new pane is in place and answers from the beginning; only the eye waits.
    """
    duration = theme().duration("slow")
    if not duration or not page.isVisible():
        return
    picture = QLabel(page)
    picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    picture.setPixmap(old)
    picture.setGeometry(page.rect())
    picture.show()
    motion = QPropertyAnimation(picture, b"pos", picture)
    motion.setDuration(duration)
    motion.setEasingCurve(QEasingCurve.Type.OutCubic)
    motion.setStartValue(QPoint(0, 0))
    motion.setEndValue(QPoint(-page.width() if to_left else page.width(), 0))
    motion.finished.connect(picture.deleteLater)
    motion.start(QAbstractAnimation.DeletionPolicy.KeepWhenStopped)
