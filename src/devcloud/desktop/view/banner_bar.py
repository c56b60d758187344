"""The amber bar over everything while the connection to the server is lost."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from devcloud.desktop.view.widgets.banner import Banner
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.texts import T


class BannerBar(QWidget):
    """Shows itself while the link is lost and counts the seconds to the next try."""

    def __init__(self, app: AppModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._text = T(app)
        self.banner = Banner("warning", icon="refresh")
        self.banner.triggered.connect(app.retry)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.banner)
        app.link_changed.connect(self.retranslate)
        self.retranslate()

    @property
    def sentence(self) -> str:
        """What it says, or nothing."""
        link = self._app.link
        if link.state != "reconnecting":
            return ""
        if link.next_try_s:
            return self._text("banner_lost", n=link.next_try_s)
        return self._text("banner_trying")

    def retranslate(self) -> None:
        """Say how it is, in the language of the moment."""
        if self.sentence:
            retry = self._text("banner_retry")
            # Said once: every second of the countdown would drown everything else.
            self.banner.show_message(self.sentence, retry, said=not self.isVisibleTo(self.window()))
        self.setVisible(bool(self.sentence))
