"""Small widgets of the design, one file each. They show what they are told and decide nothing.

person.py        initials(name), colour_index(name): no Qt
avatar.py        Avatar(size_role): set_person(name, presence=None); paint_avatar(…)
presence.py      paint_presence(…)
chip.py          Chip(text, icon, tone, clickable): clicked; set_chip(text, icon, tone)
badge.py         paint_badge(…), badge_size(count)
banner.py        Banner(tone): show_message(text, action_text); triggered
toast.py         Toast(window): show_message(text, action_text); triggered
overlay.py       Overlay: what lies over a window under a sheet or a popover
popover.py       Popover(anchor): body, open(), dismiss(); closed
sheet.py         Sheet(window): body, open(), dismiss(); escaped, dismissed
call_control.py  CallControl(icon, text), HangUpControl(text)
meters.py        LevelMeter(segments): set_level(dbfs), set_muted(); QualityBars(level)
rtt_line.py      RttLine(points): set_points(milliseconds)
rings.py         CountdownRing, PulseRings, SpeakingRing: an avatar and what is around it
switch.py        Switch(accessible_name): toggled
tabs.py          SegmentedTabs(labels, badges): selected; set_badge(index, count)
boxed.py         BoxedList(title): add_row(row); BoxedRow(title, subtitle, trailing)
search_field.py  SearchField(placeholder, shortcut): text_changed, submitted, moved
empty_state.py   EmptyState(icon, title, text, button): triggered
spinner.py       Spinner(size)
flow.py          FlowLayout: gives way in a narrow window
labels.py        Label, WrapLabel, ElidedLabel, IconLabel: plain text, never markup
announce.py      announce(widget, text, assertive=False)
shadow.py        cast_shadow(widget, name)
"""
