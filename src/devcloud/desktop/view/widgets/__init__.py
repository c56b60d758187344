"""Small widgets of the design, one file each. They show what they are told and decide nothing.

person.py        initials(name), colour_index(name): no Qt
avatar.py        Avatar(size_role="avatar"): set_person(name, presence=None); paint_avatar(…)
presence.py      PresenceDot(presence="offline"): set_presence(presence); paint_presence(…)
chip.py          Chip(text, icon=None, tone="neutral", clickable=False): clicked, set_chip(…)
banner.py        Banner(tone="warning"): show_message(text, action_text=None), triggered
toast.py         Toast(window): show_message(text, action_text=None), triggered
popover.py       Popover(anchor): body (QVBoxLayout), open(), closed
sheet.py         Sheet(window): body (QVBoxLayout), open(focus=None), dismiss(), escaped
call_control.py  CallControl(icon, text), HangUpControl(text)
meters.py        LevelMeter(segments=18): set_level(dbfs), set_muted(muted); QualityBars(level=0)
rtt_line.py      RttLine(points=60): set_points(milliseconds)
rings.py         CountdownRing, PulseRings, SpeakingRing (around an Avatar)
switch.py        Switch(accessible_name): toggled, from QAbstractButton
tabs.py          SegmentedTabs(labels, badges=()): selected(int), set_badge(index, count)
boxed.py         BoxedList(title=None): add_row(row); BoxedRow(title, subtitle, trailing widget)
search_field.py  SearchField(placeholder, shortcut): textChanged, submitted, text()
field.py         FieldWithError(label): edit (QLineEdit), set_error(text | None), set_hint(text)
empty_state.py   EmptyState(icon, title, text, button=None): triggered
spinner.py       Spinner(size="medium")
badge.py         BadgeCount(count=0)
labels.py        Label, WrapLabel, ElidedLabel, IconLabel: plain text, never markup
announce.py      announce(widget, text, assertive=False)
"""
