"""What the tests of the windows share: a screen in memory, the theme, and no warning unseen."""

import os

# Before any Qt: the tests need no display, and two of them at once share nothing.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from collections.abc import Iterator

import pytest
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from devcloud.desktop.theme.theme import Theme
from devcloud.desktop.theme.theme import theme as theme_in_use

# What the platform without a screen says of itself, whatever the program does.
OF_THE_PLATFORM = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
)
FAULTS = {QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg}


@pytest.fixture(autouse=True)
def no_qt_warning(qtbot: object) -> Iterator[list[str]]:
    """Fail the test in which Qt warned of anything. Yields the warnings so far."""
    heard: list[str] = []

    def hear(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind in FAULTS and not text.startswith(OF_THE_PLATFORM):
            heard.append(text)

    before = qInstallMessageHandler(hear)
    yield heard
    qInstallMessageHandler(before)
    assert heard == []


@pytest.fixture(autouse=True)
def swept(qapp: QApplication) -> Iterator[None]:
    """Delete what was to be deleted later: no loop runs that would, and each theme after it would
    dress the windows of every test before."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(scope="session", autouse=True)
def installed_theme(qapp: QApplication) -> Theme:
    """The theme of the whole run. Tests take `theme`, which puts it back."""
    return Theme.install(qapp)


@pytest.fixture
def theme(installed_theme: Theme) -> Iterator[Theme]:
    """The theme, to be changed at will: it is light, blue and of 100 % before and after."""
    as_it_was = {
        "theme_choice": "light",
        "accent": "blue",
        "scale": 1.0,
        "reduced_motion": False,
    }
    installed_theme.configure(**as_it_was)
    yield theme_in_use()
    installed_theme.configure(**as_it_was)
