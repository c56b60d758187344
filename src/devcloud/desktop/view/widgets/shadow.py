"""The drop shadow of sheets and popovers, and of nothing else."""

from PySide6.QtWidgets import QGraphicsDropShadowEffect, QWidget

from devcloud.desktop.theme.palette import to_qcolor
from devcloud.desktop.theme.theme import theme


def cast_shadow(widget: QWidget, name: str) -> None:
    """Give the widget the shadow `low`, `mid` or `high` of the theme in use."""
    shadow = theme().shadow(name)
    effect = QGraphicsDropShadowEffect(widget)
    effect.setOffset(0, shadow.offset)
    effect.setBlurRadius(shadow.blur)
    effect.setColor(to_qcolor(shadow.colour))
    widget.setGraphicsEffect(effect)
