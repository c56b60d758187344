"""What is known of a call, as a table: who, how protected, how long, by which way."""

from PySide6.QtWidgets import QWidget

from devcloud.desktop.view.quality_popover import FigureTable
from devcloud.desktop.view.widgets.labels import Label
from devcloud.desktop.view.widgets.popover import Popover
from devcloud.desktop.viewmodel.texts import Speaks, T
from devcloud.desktop.viewmodel.values import CallView


class CallDetails(Popover):
    """A call's facts. It follows the call while it is open."""

    def __init__(self, app: Speaks, anchor: QWidget) -> None:
        """Belongs to the More button, `anchor`."""
        super().__init__(anchor)
        self._t = T(app)
        self._view: CallView | None = None
        self.title = Label("", "bodyStrong")
        self.table = FigureTable()
        self.body.addWidget(self.title)
        self.body.addWidget(self.table)

    def show_call(self, view: CallView) -> None:
        """Show a call's facts; those that are not known are left out."""
        self._view = view
        t, quality = self._t, view.quality
        self.title.setText(t("call_details"))
        self.setAccessibleName(t("call_details"))
        rows = (
            (t("call_person"), view.shown_name),
            (t("call_encryption"), view.encryption_chip.text),
            (t("call_identity"), view.identity_chip.text),
            (t("call_length"), view.timer_text),
            (t("call_microphone"), view.device_text),
            (t("quality_path"), quality.path_text if quality else ""),
            (t("quality_codec"), quality.codec_text if quality else ""),
        )
        self.table.show_rows(tuple(row for row in rows if row[1]))

    def retranslate(self) -> None:
        """Say everything in the language of the moment."""
        if self._view is not None:
            self.show_call(self._view)
