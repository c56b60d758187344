"""The templates of the style sheet: which widget looks how, in names of tokens. Only text.

QSS knows no shadow, no line height and no outline: those are painted elsewhere. Heights leave out
the border, so `@size.control-2@` with a border of 1 px is a control of the token's height.
"""

from typing import Final

# The property `tone` of a label, and the colour that it means.
TONES: Final = {
    "muted": "textMuted",
    "danger": "dangerText",
    "warning": "warningText",
    "success": "successText",
    "accent": "accentText",
    "live": "onSuccess",
    "inverse": "onInverse",
    "stage": "onStage",
    "stageMuted": "onStageMuted",
}

CONTROLS: Final = """
QWidget { color: @text@; }
QWidget:disabled { color: @textDisabled@; }
QMainWindow, QDialog { background: @background@; }
QLabel { background: transparent; }

QPushButton {
  border: 1px solid transparent; border-radius: @radius.medium@px; min-height: @size.control-2@px;
  padding: 0 @space.4@px; font-weight: 500; background: @sunken@; color: @text@;
}
QPushButton:hover { background: @border@; }
QPushButton:pressed { border-color: @borderStrong@; }
QPushButton:disabled { background: @sunken@; color: @textDisabled@; }
QPushButton[compact="true"] {
  min-height: @size.controlCompact-2@px; padding: 0 @space.3@px; font-size: @type.small.size@px;
  border-radius: @radius.small@px;
}
QPushButton[large="true"] { min-height: @size.controlLarge-2@px; padding: 0 @space.6@px; }
QPushButton[kind="primary"] { background: @accent@; color: @onAccent@; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: @accentHover@; }
QPushButton[kind="primary"]:pressed { background: @accentPressed@; }
QPushButton[kind="call"] { background: @success@; color: @onSuccess@; font-weight: 600; }
QPushButton[kind="call"]:hover { background: @successHover@; }
QPushButton[kind="call"]:pressed { background: @successPressed@; }
QPushButton[kind="danger"] { background: @danger@; color: @onDanger@; font-weight: 600; }
QPushButton[kind="danger"]:hover { background: @dangerHover@; }
QPushButton[kind="danger"]:pressed { background: @dangerPressed@; }
QPushButton[kind="primary"]:disabled, QPushButton[kind="call"]:disabled,
QPushButton[kind="danger"]:disabled { background: @sunken@; color: @textDisabled@; }
QPushButton[kind="outline"] { background: transparent; border-color: @borderStrong@; }
QPushButton[kind="flat"] { background: transparent; padding: 0 @space.3@px; }
QPushButton[kind="danger-flat"] { background: @sunken@; color: @dangerText@; }
QPushButton[kind="danger-flat"]:hover { background: @dangerSoft@; }
QPushButton[kind="link"] {
  background: transparent; color: @accentText@; padding: 0 @space.2@px;
}
QPushButton[kind="live"] { background: @onSuccess@; color: @success@; }
QPushButton[kind="live-icon"] {
  background: transparent; padding: 0; min-width: @size.control-2@px; max-width: @size.control-2@px;
}
QPushButton[kind="live-icon"]:hover { background: @successHover@; }
QPushButton[kind="live-icon"]:pressed { background: @successPressed@; }
QPushButton[kind="icon"] {
  background: transparent; padding: 0; min-width: @size.control-2@px; max-width: @size.control-2@px;
}
QPushButton[kind="icon"][compact="true"] {
  min-width: @size.controlCompact-2@px; max-width: @size.controlCompact-2@px;
}
QPushButton[kind="icon"][boxed="true"] { background: @sunken@; }
QPushButton[kind="icon"][large="true"] {
  min-width: @size.controlLarge-2@px; max-width: @size.controlLarge-2@px;
}
QPushButton[kind="outline"]:hover, QPushButton[kind="flat"]:hover, QPushButton[kind="link"]:hover,
QPushButton[kind="icon"]:hover { background: @hover@; }
QPushButton[kind="outline"]:pressed, QPushButton[kind="flat"]:pressed,
QPushButton[kind="link"]:pressed, QPushButton[kind="icon"]:pressed {
  background: @pressed@; border-color: transparent;
}
QPushButton[kind="icon"]:checked { background: @accentSoft@; color: @accentText@; }
QPushButton[kind="outline"]:disabled, QPushButton[kind="flat"]:disabled,
QPushButton[kind="icon"]:disabled { background: transparent; color: @textDisabled@; }
QPushButton[kind="send"] {
  background: @accent@; padding: 0; border-radius: @px.18@px;
  min-width: @size.control-2@px; max-width: @size.control-2@px;
}
QPushButton[kind="send"]:hover { background: @accentHover@; }
QPushButton[kind="send"]:pressed { background: @accentPressed@; }
QPushButton::menu-indicator { width: 0; }
QToolButton { border: none; background: transparent; border-radius: @radius.medium@px; }
QToolButton:hover { background: @hover@; }
QToolButton:pressed { background: @pressed@; }

QLineEdit {
  border: 1px solid @borderStrong@; border-radius: @radius.medium@px; background: @surface@;
  padding: 0 11px; min-height: @size.control-2@px;
  selection-background-color: @accent@; selection-color: @onAccent@;
  placeholder-text-color: @textMuted@;
}
QLineEdit[large="true"] { min-height: @size.controlLarge-2@px; }
QLineEdit:focus { border: 2px solid @focusRing@; padding: 0 10px; min-height: @size.control-4@px; }
QLineEdit[large="true"]:focus { min-height: @size.controlLarge-4@px; }
QLineEdit[error="true"], QLineEdit[error="true"]:focus {
  border: 2px solid @danger@; padding: 0 10px; min-height: @size.control-4@px;
}
QLineEdit[error="true"][large="true"] { min-height: @size.controlLarge-4@px; }
QLineEdit:disabled { border-color: @border@; background: @background@; }
QLineEdit:read-only { background: @background@; }
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus {
  border: none; background: transparent; padding: 0; min-height: @type.body.line@px;
}
QLineEdit[round="true"], QLineEdit[round="true"]:focus { border-radius: @px.18@px; }

QComboBox {
  combobox-popup: 0;
  min-height: @size.control-2@px; padding: 0 @px.28@px 0 @space.3@px;
  selection-background-color: @accentSoft@; selection-color: @text@;
}
QSpinBox {
  border: 1px solid @borderStrong@; border-radius: @radius.medium@px; background: @surface@;
  padding: 0 11px; min-height: @size.control-2@px;
}
QSpinBox:focus { border-color: @focusRing@; }
QCheckBox, QRadioButton { spacing: @space.2@px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator { width: @px.18@px; height: @px.18@px; }

QSlider { min-height: @px.22@px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @meterTrack@; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @accent@; }
QSlider::handle:horizontal {
  width: 14px; height: 14px; margin: -7px 0; border-radius: 9px;
  border: 2px solid @accent@; background: @surface@;
}
QSlider::handle:horizontal:hover { background: @accentSoft@; }
QSlider::handle:horizontal:disabled { border-color: @textDisabled@; }
QSlider::sub-page:horizontal:disabled { background: @textDisabled@; }
"""

FRAMES: Final = """
QFrame[role="field"] {
  background: @surface@; border: 1px solid @borderStrong@; border-radius: @radius.medium@px;
  padding: 1px;
}
QFrame[role="field"][focused="true"] { border: 2px solid @focusRing@; padding: 0; }
QFrame[role="boxed"] {
  background: @surface@; border: 1px solid @border@; border-radius: @radius.large@px;
}
QFrame[role="sheet"] { background: @raised@; border-radius: @radius.sheet@px; }
QFrame[role="popover"] {
  background: @raised@; border: 1px solid @border@; border-radius: @radius.large@px;
}
QFrame[role="banner-warning"] { background: @warningSoft@; }
QFrame[role="banner-danger"] { background: @dangerSoft@; }
QFrame[role="banner-info"] { background: @accentSoft@; }
QFrame[role^="banner"][rounded="true"] { border-radius: @radius.medium@px; }
QFrame[role="callbar"] { background: @success@; }
QFrame[role="callbar"][rounded="true"] { border-radius: @radius.medium@px; }
QFrame[role="toast"] { background: @inverse@; border-radius: @radius.medium@px; }
QFrame[role="toast"] QPushButton { background: transparent; color: @onInverse@; }
QFrame[role="toast"][outcome="trouble"] {
  background: @warningSoft@; border: @border.thin@px solid @warning@;
}
QFrame[role="toast"][outcome="trouble"] QPushButton { color: @text@; }
QFrame[role="sidebar"] { background: @background@; border: none; border-right: 1px solid @border@; }
QFrame[role="chat"] { background: @background@; border: none; border-left: 1px solid @border@; }
QFrame[role="content"] { background: @surface@; border: none; }
QFrame[role="window"] { background: @background@; border: none; }
QFrame[role="header"] { background: transparent; border: none; border-bottom: 1px solid @border@; }
QFrame[role="controls"] { background: @surface@; border: none; border-top: 1px solid @border@; }
QFrame[role="statusline"] {
  background: transparent; border: none; border-top: 1px solid @border@;
}
QFrame[role="statusline"] QLabel { font-size: @type.caption.size@px; color: @textMuted@; }
QFrame[role="tile"] {
  background: @background@; border: 1px solid @border@; border-radius: @radius.large@px;
}
QFrame[role="sunken"] { background: @sunken@; border: none; border-radius: @radius.medium@px; }
QFrame[role="mark"] { background: @accent@; border: none; border-radius: @radius.large@px; }
QFrame[role="stage"] { background: @stage@; border: none; }
QFrame[role="stage-tools"] {
  background: @stageRaised@; border: 1px solid @stageBorder@; border-radius: @radius.medium@px;
}
QFrame[role="stage"] QPushButton, QFrame[role="stage-tools"] QPushButton {
  background: transparent; color: @onStage@;
}
QFrame[role="divider"] { background: @border@; border: none; max-height: 1px; min-height: 1px; }
QLabel[keycap="true"] {
  font-size: @type.caption.size@px; font-weight: 500; color: @textMuted@;
  background: @background@; border: 1px solid @border@; border-radius: @radius.small@px;
  padding: 1px 6px;
}
QLabel[strong="true"] { font-weight: 500; }
QLabel[groupTitle="true"] {
  font-size: @type.caption.size@px; font-weight: 600; color: @textMuted@;
}
"""

VIEWS: Final = """
QAbstractScrollArea { border: none; background: transparent; }
QAbstractItemView {
  background: transparent; border: none; outline: 0;
  selection-background-color: @accentSoft@; selection-color: @text@;
}
QAbstractItemView::item { border: none; }
QListWidget::item {
  height: @size.control@px; border-radius: @radius.medium@px; padding: 0 @space.3@px;
}
QListWidget::item:hover { background: @hover@; }
QListWidget::item:selected { background: @accentSoft@; color: @text@; }
QTableView { gridline-color: transparent; }
QTableView::item {
  border-top: 1px solid @border@; padding: 0 @space.4@px; color: @text@;
}
QTableView::item:hover { background: @hover@; }
QTableView::item:selected { background: @accentSoft@; color: @text@; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section {
  background: transparent; color: @textMuted@; border: none; font-weight: 600;
  font-size: @type.caption.size@px; padding: @space.2@px @space.4@px;
}
QTableCornerButton::section { background: transparent; border: none; }
QPlainTextEdit, QTextEdit, QTextBrowser {
  background: transparent; border: none; color: @text@;
  selection-background-color: @accent@; selection-color: @onAccent@;
}
QPlainTextEdit[log="true"] {
  font-family: @mono@; font-size: @type.caption.size@px;
  padding: @space.2@px @space.3@px;
}
QSplitter::handle { background: @border@; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: @borderStrong@; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 32px; margin: 2px; }
QScrollBar::handle:horizontal { min-width: 32px; margin: 2px; }
QScrollBar::handle:hover { background: @textMuted@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu {
  background: @raised@; border: 1px solid @border@; border-radius: @radius.medium@px;
  padding: @space.1@px;
}
QMenu::item {
  min-height: @size.controlCompact@px; padding: 0 @space.4@px 0 @space.3@px;
  border-radius: @radius.small@px; background: transparent; color: @text@;
}
QMenu::item:selected { background: @hover@; }
QMenu::item:disabled { color: @textDisabled@; }
QMenu::icon { padding-left: @space.2@px; }
QMenu::separator { height: 1px; background: @border@; margin: @space.1@px @space.2@px; }
QComboBox QAbstractItemView {
  background: @raised@; border: 1px solid @border@; padding: @space.1@px;
}
QComboBox QAbstractItemView::item { min-height: @size.controlCompact@px; color: @text@; }
QComboBox QAbstractItemView::item:selected { background: @accentSoft@; color: @text@; }
QToolTip {
  background: @inverse@; color: @onInverse@; border: none; padding: @space.1@px @space.2@px;
  font-size: @type.small.size@px;
}
"""
