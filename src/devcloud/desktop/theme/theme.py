"""The theme in use: what the person chose, resolved, and applied to the whole program at once.

`Theme.install(app)` first; after that `theme()` answers everywhere on the window's thread. Widgets
that paint themselves ask it for colours and lengths when they paint, and are told by `changed`.
"""

from typing import Any, Final, Literal, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QStyleHints
from PySide6.QtWidgets import QApplication, QWidget

from devcloud.desktop.theme.fonts import make_font
from devcloud.desktop.theme.palette import make_palette, to_qcolor
from devcloud.desktop.theme.style import FocusStyle
from devcloud.desktop.theme.stylesheet import make_style_sheet
from devcloud.desktop.theme.tokens import Mode, Resolved, Shadow, TypeRole, load, resolve

Choice = Literal["light", "dark", "system"]
CHOICES: Final = ("light", "dark", "system")


class Theme(QObject):
    """The look in use. All values are of the moment: ask again after `changed`."""

    changed = Signal()

    _current: "Theme | None" = None

    def __init__(self, app: QApplication) -> None:
        """Only `install` makes one."""
        super().__init__(app)
        self._app = app
        self._choice: Choice = "system"
        self._accent = "blue"
        self._scale = 1.0
        self._reduced_motion = False
        self._resolved = resolve("light")
        self._colours: dict[str, QColor] = {}
        self._style = FocusStyle(self)
        app.setStyle(self._style)
        # Kept: the platform's hints for Python live no longer than the object they came from.
        self._hints = app.styleHints()
        self._system_scheme = self._hints.colorScheme()
        self._hints.colorSchemeChanged.connect(self._follow_system)
        self._system_motion = _MotionHint(self._hints)

    @classmethod
    def install(cls, app: QApplication) -> "Theme":
        """Make the theme of the program and apply it. A second call returns the first theme."""
        if cls._current is None:
            cls._current = cls(app)
            cls._current._apply()
        return cls._current

    # What the person chose

    @property
    def theme_choice(self) -> Choice:
        """`light`, `dark`, or `system` (the default)."""
        return self._choice

    @theme_choice.setter
    def theme_choice(self, choice: str) -> None:
        """Apply another theme. Raises ValueError for an unknown one."""
        self.configure(theme_choice=choice)

    @property
    def accent(self) -> str:
        """The key of one of `tokens.load().accents`."""
        return self._accent

    @accent.setter
    def accent(self, accent: str) -> None:
        """Apply another accent. Raises ValueError for an unknown one."""
        self.configure(accent=accent)

    @property
    def scale(self) -> float:
        """The factor of fonts and sizes, one of `tokens.load().scale_choices`."""
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        """Apply another font size. Raises ValueError for one that cannot be read."""
        self.configure(scale=scale)

    @property
    def reduced_motion(self) -> bool:
        """Whether nothing moves: chosen here, or asked for by the system."""
        return self._reduced_motion or self._system_motion.is_reduced

    @reduced_motion.setter
    def reduced_motion(self, reduced: bool) -> None:
        """Let nothing move, or let it move again."""
        self.configure(reduced_motion=reduced)

    def configure(
        self,
        *,
        theme_choice: str | None = None,
        accent: str | None = None,
        scale: float | None = None,
        reduced_motion: bool | None = None,
    ) -> None:
        """Change several choices and apply them once. None leaves a choice as it is.

        Raises ValueError for a choice that does not exist.
        """
        if theme_choice is not None and theme_choice not in CHOICES:
            raise ValueError(f"no such theme: {theme_choice!r}")
        if accent is not None and accent not in load().accent_colours:
            raise ValueError(f"no such accent: {accent!r}")
        if scale is not None and not 0.5 <= scale <= 3:
            raise ValueError(f"a font size of {scale:.0%} cannot be read")
        before = (self._choice, self._accent, self._scale, self._reduced_motion)
        self._choice = cast(Choice, theme_choice or self._choice)
        self._accent = accent or self._accent
        self._scale = scale or self._scale
        self._reduced_motion = self._reduced_motion if reduced_motion is None else reduced_motion
        if before != (self._choice, self._accent, self._scale, self._reduced_motion):
            self._apply()

    # What it comes to

    @property
    def mode(self) -> Mode:
        """The theme that shows: `light` or `dark`."""
        return self._resolved.mode

    @property
    def resolved(self) -> Resolved:
        """All values at once."""
        return self._resolved

    def colour(self, role: str) -> QColor:
        """Return the colour of a role (`accent`, `textMuted`, `hover`…). Raises KeyError."""
        if role not in self._colours:
            self._colours[role] = to_qcolor(self._resolved.colours[role])
        return QColor(self._colours[role])

    def avatar(self, index: int) -> tuple[QColor, QColor]:
        """Return the disc and the initials' colour of avatar 0 to 7."""
        pair = self._resolved.avatars[index]
        return to_qcolor(pair.background), to_qcolor(pair.text)

    def length(self, name: str) -> int:
        """Return a length in pixels (`space.3`, `radius.medium`, `size.row`). Raises KeyError."""
        return self._resolved.lengths[name]

    def px(self, pixels: float) -> int:
        """Return a length that no token names, scaled with the font size, in whole pixels."""
        return round(pixels * self._scale)

    def type_role(self, role: str) -> TypeRole:
        """Return size, line height and weight of a text role (`body`, `title`…)."""
        return self._resolved.types[role]

    def font(self, role: str, *, tabular: bool = False, mono: bool = False) -> QFont:
        """Return the font of a text role; `tabular` for timers, counters and addresses."""
        return make_font(self.type_role(role), tabular=tabular, mono=mono)

    def metrics(self, role: str) -> QFontMetrics:
        """Return the measures of the font of a role."""
        return QFontMetrics(self.font(role))

    def shadow(self, name: str) -> Shadow:
        """Return a shadow: `low`, `mid`, `high`."""
        return self._resolved.shadows[name]

    def duration(self, name: str) -> int:
        """Return a duration of motion in milliseconds; 0 when motion is reduced.

        `toast` and `speakerHold` are times to read and to hold, not motion, and stay.
        """
        still = self.reduced_motion and name not in {"toast", "speakerHold"}
        return 0 if still else load().durations[name]

    def repolish(self, widget: QWidget) -> None:
        """Look the widget's style rules up again, after one of its dynamic properties changed."""
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()

    def _wanted_mode(self) -> Mode:
        if self._choice != "system":
            return self._choice
        return "dark" if self._system_scheme == Qt.ColorScheme.Dark else "light"

    def _apply(self) -> None:
        self._resolved = resolve(self._wanted_mode(), self._accent, self._scale)
        self._colours.clear()
        self._app.setPalette(make_palette(self._resolved))
        self._app.setFont(self.font("body"))
        self._app.setStyleSheet(make_style_sheet(self._resolved))
        self.changed.emit()

    def _follow_system(self, scheme: Qt.ColorScheme) -> None:
        self._system_scheme = scheme
        if self._choice == "system" and self._wanted_mode() != self.mode:
            self._apply()


class _MotionHint:
    """What the system asks of motion; nothing where Qt is too old to know."""

    def __init__(self, hints: QStyleHints) -> None:
        ask = getattr(hints, "accessibility", None)
        # Kept: it does not outlive what Python holds of it.
        self._accessibility: Any = None if ask is None else ask()

    @property
    def is_reduced(self) -> bool:
        wanted = getattr(self._accessibility, "motionPreference", None)
        return wanted is not None and str(wanted().name) == "ReducedMotion"


def theme() -> Theme:
    """Return the theme in use. Raises RuntimeError before `Theme.install`."""
    if Theme._current is None:
        raise RuntimeError("Theme.install(app) comes before any widget")
    return Theme._current
