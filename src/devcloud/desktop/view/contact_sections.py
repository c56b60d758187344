"""The parts of a person's page: chips that explain themselves, the calls, the identity."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from devcloud.desktop.theme.theme import theme
from devcloud.desktop.view.buttons import icon_button, name_button
from devcloud.desktop.view.people import chip_tone
from devcloud.desktop.view.widgets.boxed import BoxedList
from devcloud.desktop.view.widgets.chip import Chip
from devcloud.desktop.view.widgets.flow import FlowLayout
from devcloud.desktop.view.widgets.labels import IconLabel, Label, WrapLabel, note_label
from devcloud.desktop.view.widgets.popover import Popover
from devcloud.desktop.viewmodel.texts import T
from devcloud.desktop.viewmodel.values import CallLine, ChipInfo, Contact

_TITLES: Final = {
    "call-in": "contact_call_in",
    "call-out": "contact_call_out",
    "call-missed": "contact_call_missed",
    "call-declined": "contact_call_declined",
}

MOST_CHIPS = 4


class ChipRow(QWidget):
    """Chips side by side, in as many rows as the width asks for; a click explains one."""

    def __init__(self, text: T, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._shown: tuple[ChipInfo, ...] = ()
        flow = FlowLayout(self, spacing=theme().length("space.2"), centred=True)
        # All there will ever be: a widget that is made later is the last that Tab comes to.
        self._places = tuple(self._make(place) for place in range(MOST_CHIPS))
        for chip in self._places:
            flow.addWidget(chip)
            chip.hide()

    @property
    def chips(self) -> tuple[Chip, ...]:
        """Those that show."""
        return self._places[: len(self._shown)]

    def show_chips(self, chips: tuple[ChipInfo, ...]) -> None:
        """Show these; beyond `MOST_CHIPS` they are left out."""
        if chips == self._shown:
            return
        self._shown = chips[:MOST_CHIPS]
        for place, chip in enumerate(self._places):
            chip.setVisible(place < len(self._shown))
        for chip, info in zip(self.chips, self._shown, strict=True):
            chip.set_chip(info.text, info.icon, chip_tone(info.tone))
            chip.set_clickable(bool(info.explanation))
            chip.setAccessibleDescription(info.explanation)
        self.setVisible(bool(chips))
        self.updateGeometry()

    def _make(self, place: int) -> Chip:
        chip = Chip("", None, "neutral", True, self)
        chip.clicked.connect(lambda: self._explain(chip, self._shown[place]))
        return chip

    def _explain(self, chip: Chip, info: ChipInfo) -> None:
        popover = Popover(chip)
        popover.setAccessibleName(info.text)
        popover.body.addWidget(Label(info.text, "bodyStrong"))
        words = note_label(info.explanation)
        words.setFixedWidth(theme().length("size.popover") - 2 * theme().length("space.4"))
        popover.body.addWidget(words)
        popover.closed.connect(popover.deleteLater)
        popover.open()


class CallRow(QWidget):
    """A call that was: icon, what and when, how long."""

    def __init__(
        self, call: CallLine, title: str, second: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        tone = "danger" if call.missed else None
        box = QHBoxLayout(self)
        look = theme()
        side, edge = look.length("space.4"), look.length("space.2")
        box.setContentsMargins(side, edge, side, edge)
        box.setSpacing(look.length("space.3"))
        icon = "call-in" if call.icon == "call-declined" else call.icon
        box.addWidget(IconLabel(icon, "dangerText" if call.missed else "textMuted"))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(WrapLabel(title, "body", tone))
        words.addWidget(note_label(second, tabular=True))
        box.addLayout(words, 1)
        length = Label(call.length, "small", "muted", tabular=True)
        box.addWidget(length)  # before it shows: without a parent it would be a window
        length.setVisible(bool(call.length))
        said = (title, second, call.length)
        self.setAccessibleName(", ".join(part for part in said if part))


class ValueRow(QWidget):
    """A name and its value at the right, with a button after it if there is one."""

    def __init__(self, value: Label, button: QWidget | None = None) -> None:
        super().__init__()
        look = theme()
        self.title = Label("", "body")
        self.value = value
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box = QHBoxLayout(self)
        side = look.length("space.4")
        box.setContentsMargins(side, look.length("space.2"), side, look.length("space.2"))
        box.setSpacing(look.length("space.3"))
        box.addWidget(self.title)
        box.addStretch(1)
        box.addWidget(value)
        if button is not None:
            box.addWidget(button)
        self._tall()
        look.changed.connect(self._tall)

    def set_texts(self, title: str, value: str) -> None:
        """Show them."""
        self.title.setText(title)
        self.value.setText(value)
        self.setAccessibleName(f"{title}: {value}")

    def _tall(self) -> None:
        self.setMinimumHeight(theme().px(48))


class CallsSection(QWidget):
    """The last calls; or all of them, today apart, with how they sounded and rang."""

    def __init__(self, text: T, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._shown: tuple[tuple[CallLine, ...], bool] = ((), False)
        self.lists: list[BoxedList] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(theme().length("space.6"))
        self.setVisible(False)

    def retranslate(self) -> None:
        """Make it anew in the language of the moment."""
        self._fill()

    def show_calls(self, calls: Iterable[CallLine], everything: bool) -> None:
        """Show these calls; nothing at all when there are none."""
        wanted = (tuple(calls), everything)
        if wanted != self._shown:
            self._shown = wanted
            self._fill()

    def _fill(self) -> None:
        for boxed in self.lists:
            self._box.removeWidget(boxed)
            boxed.hide()
            boxed.deleteLater()
        calls, everything = self._shown
        groups = self._by_day(calls) if everything else {self._text("contact_last_calls"): calls}
        self.lists = [
            self._make(title, group, everything) for title, group in groups.items() if group
        ]
        for boxed in self.lists:
            self._box.addWidget(boxed)
        self.setVisible(bool(self.lists))

    def _by_day(self, calls: tuple[CallLine, ...]) -> dict[str, tuple[CallLine, ...]]:
        today = self._text("day_today")
        now = tuple(call for call in calls if call.when.startswith(today))
        before = calls[len(now) :]
        prefix = self._text("day_at", day=today, time="")
        now = tuple(replace(call, when=call.when.removeprefix(prefix)) for call in now)
        return {today: now, self._text("contact_before" if now else "contact_calls"): before}

    def _make(self, title: str, calls: tuple[CallLine, ...], everything: bool) -> BoxedList:
        boxed = BoxedList(title)
        for call in calls:
            words = self._text(_TITLES.get(call.icon, "contact_call_in"))
            boxed.add_row(CallRow(call, words, self._second(call, everything)))
        return boxed

    def _second(self, call: CallLine, everything: bool) -> str:
        if not everything:
            return call.when
        quality = call.quality and self._text("contact_quality", quality=_small(call.quality))
        return " · ".join(part for part in (call.when, quality, _small(call.rang)) if part)


def _small(sentence: str) -> str:
    """A sentence that goes on after a dot begins small."""
    return sentence[:1].lower() + sentence[1:]


class IdentitySection(QWidget):
    """Address and key, with the button that copies the fingerprint."""

    def __init__(self, text: T, copy: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._contact: Contact | None = None
        self.copy = icon_button("copy", copy)
        self.copy.setProperty("compact", True)
        self.address = ValueRow(Label("", "body", "muted", tabular=True))
        self.fingerprint = FingerprintRow(self.copy)
        self.boxed = BoxedList("")
        self.boxed.add_row(self.address)
        self.boxed.add_row(self.fingerprint)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.boxed)

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        self.boxed.title.setText(self._text("contact_identity"))
        name_button(self.copy, self._text("contact_copy_fingerprint"))
        if self._contact is not None:
            self.show_contact(self._contact)

    def show_contact(self, contact: Contact) -> None:
        """Show somebody's."""
        self._contact = contact
        text = self._text
        self.address.set_texts(text("contact_address"), contact.address or text("contact_unknown"))
        missing = text("contact_no_key" if contact.legacy else "contact_unknown")
        self.fingerprint.set_texts(
            text("contact_fingerprint"), contact.fingerprint or missing, bool(contact.fingerprint)
        )
        self.copy.setVisible(bool(contact.fingerprint))


class FingerprintRow(QWidget):
    """The fingerprint in figures of one width, beside its title or, where narrow, below it."""

    def __init__(self, button: QWidget) -> None:
        super().__init__()
        look = theme()
        self.title = WrapLabel("", "body")
        self.value = note_label()
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        box = QHBoxLayout(self)
        side = look.length("space.4")
        box.setContentsMargins(side, look.length("space.2"), side, look.length("space.2"))
        box.setSpacing(look.length("space.3"))
        box.addWidget(self.title)
        box.addWidget(self.value, 1)
        box.addWidget(button)
        self._mono = False
        self._restyle()
        look.changed.connect(self._restyle)

    def set_texts(self, title: str, value: str, mono: bool) -> None:
        """Show them; `mono` for a fingerprint, not for the words that say there is none."""
        self._mono = mono
        self.title.setText(title)
        self.value.setText(value)
        self.setAccessibleName(f"{title}: {value}")
        self._restyle()

    def _restyle(self) -> None:
        self.setMinimumHeight(theme().px(48))
        mono = theme().font("small", mono=True)
        self.value.setFont(mono if self._mono else theme().font("body"))
