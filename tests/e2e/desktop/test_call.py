"""A call between two windows: connected and called by keyboard, accepted by mouse, and heard."""

from tests.e2e.desktop.conftest import Make
from tests.e2e.desktop.person import Kept, quiet
from tests.e2e.desktop.screen import Screen, Window, needs_screen, until
from tests.e2e.soundserver import has_tone, needs_pulseaudio

pytestmark = [needs_screen, needs_pulseaudio]


def state_line(screen: Screen, window: Window) -> int:
    """How wide the line under the name is: “00:05”, or “On hold · 00:05”."""
    face, *below = screen.lines(window)
    assert face > 100
    return below[1] if len(below) > 1 else 0


def test_a_name_typed_a_call_a_voice_silence_hold_and_what_is_remembered(
    person: Make, address: str
) -> None:
    john, marc = person("John"), person("Marc")
    # John looks at something else: his window has no focus, and the call a window of its own.
    john.start("--server", address, "--name", "John")
    first_page = marc.open()
    marc.screen.type("Marc")
    marc.screen.press("Tab")
    marc.screen.type(address)
    marc.screen.press("Return")
    marc.signed_in(first_page)
    john.signed_in(john.screen.window("DevCloud"))

    marc.call("John")
    rings = john.screen.window("Incoming call: Marc – DevCloud")
    assert rings.x + rings.width > 1_200 and rings.y < 50, "at the upper right"
    assert john.screen.focused not in john.screen.titles, "it takes no focus"
    until(lambda: john.screen.spot("success", rings), "the green button")
    assert john.screen.picture()[rings.y, rings.x].any(), "no black corner over the window behind"
    john.screen.click_colour("success", rings)
    window, theirs = marc.screen.window("John – DevCloud"), john.screen.window("Marc – DevCloud")
    john.screen.gone("Incoming call: Marc – DevCloud")
    until(lambda: john.screen.focused == theirs.title, "the call's page in front")

    with marc.microphone, john.speaker as there, marc.speaker as here:
        until(lambda: has_tone(there.pcm), "Marc's tone in John's speaker")
        until(lambda: quiet(here.pcm), "nothing in Marc's own")

        marc.screen.press("ctrl+shift+m")
        until(lambda: quiet(there.pcm), "silence after muting")
        until(lambda: marc.screen.spot("dangerSoft", window, 300), "the muted microphone in red")
        marc.screen.press("ctrl+shift+m")
        until(lambda: has_tone(there.pcm), "the tone after opening the microphone")
        until(lambda: not marc.screen.spot("dangerSoft", window, 300), "it is open again")

        with john.microphone:
            until(lambda: has_tone(here.pcm), "John's tone in Marc's speaker")
            talking = [state_line(marc.screen, window), state_line(john.screen, theirs)]
            marc.screen.press("ctrl+shift+p")
            until(lambda: quiet(there.pcm) and quiet(here.pcm), "silence both ways on hold")
            for screen, shown, before in zip(
                (marc.screen, john.screen), (window, theirs), talking, strict=True
            ):
                until(lambda s=screen, w=shown, b=before: state_line(s, w) > 1.7 * b, "“On hold”")
            marc.screen.press("ctrl+shift+p")
            until(lambda: has_tone(there.pcm) and has_tone(here.pcm), "both tones after the hold")

    marc.screen.press("ctrl+shift+h")
    marc.screen.window("DevCloud")
    john.screen.window("DevCloud")
    (ours,), (other,) = until(marc.history, "Marc's history"), until(john.history, "John's history")
    assert ours == Kept("John", "out", True, ours.talked_s) and ours.talked_s > 2
    assert other == Kept("Marc", "in", True, other.talked_s) and other.talked_s > 2
    assert marc.quit() == (0, "") and john.quit() == (0, "")
