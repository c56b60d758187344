"""How a call looks, from what it is: its sentences, its chips, what can be done. Pure.

The core's state and the person's own doings (`Doings`) go in; one frozen `CallView` comes out.
"""

import math
from dataclasses import dataclass

from devcloud.call.states import Role, State
from devcloud.desktop.happenings import CallIs
from devcloud.desktop.viewmodel import wording
from devcloud.desktop.viewmodel.chips import encryption_chip, identity_chip
from devcloud.desktop.viewmodel.quality import QualityWatch, Side
from devcloud.desktop.viewmodel.values import CallView, Phase, Tone
from devcloud.model.errors import DevCloudError
from devcloud.model.records import CallKind, EndReason
from devcloud.model.texts import Language, Value, say

PHASES: dict[State, Phase] = {
    State.DIALLING: "dialling",
    State.RINGING_OUT: "ringing_out",
    State.RINGING_IN: "incoming",
    State.CONNECTING_AFTER_ACCEPTED: "connecting",
    State.ACTIVE: "active",
    State.HELD: "held",
    State.RECONNECTING: "reconnecting",
    State.ENDING: "over",
    State.ENDED: "over",
}
"""The two that warm up while it rings depend on who called."""
TALKING: frozenset[Phase] = frozenset({"active", "held", "reconnecting"})
_ENDINGS = {
    EndReason.NO_ANSWER: "no_answer",
    EndReason.DECLINED: "declined",
    EndReason.BUSY: "busy",
    EndReason.OFFLINE: "offline",
}
_FAILURES = {
    EndReason.UNKNOWN_NAME: "unknown_name",
    EndReason.REJECTED_BY_POLICY: "rejected_by_policy",
    EndReason.UNTRUSTED: "untrusted",
    EndReason.CONNECTION_LOST: "connection_lost",
    EndReason.MEDIA_FAILED: "media_failed",
    EndReason.ERROR: "error",
}


@dataclass(frozen=True)
class Doings:
    """What the person did and what time it is, beside what the core says."""

    language: Language
    shown_name: str
    ring_left_s: float = 0.0
    talked_s: float = 0.0
    muted: bool = False
    push_to_talk: bool = False
    talking: bool = False
    silenced: bool = False
    waiting_choices: bool = False
    speaking: bool = False
    muted_speech: bool = False
    no_sound: bool = False
    notice: str = ""
    device: str = ""
    words_language: Language = Language.ENGLISH
    words_done: bool = False
    failure: DevCloudError | None = None
    was_talking: bool = False
    undisturbed: bool = False
    link_lost: bool = False
    weak: Side = ""


def phase_of(call: CallIs, failure: DevCloudError | None) -> Phase:
    """Return the phase of a call."""
    if failure is not None:
        return "over"
    if call.state in PHASES:
        return PHASES[call.state]
    return "ringing_out" if call.role is Role.CALLER else "incoming"


def view(call: CallIs, doings: Doings, quality: QualityWatch) -> CallView:
    """Return how the call looks."""
    phase = phase_of(call, doings.failure)
    text = _Texts(doings.language)
    legacy = call.kind is CallKind.LEGACY_2023
    talking = phase in TALKING
    key_changed = call.key_changed or _code(doings.failure) == "key_changed"
    warning, tone = _warning(key_changed, legacy, text)
    seconds = math.ceil(doings.ring_left_s)
    words = call.words_fr if doings.words_language is Language.FRENCH else call.words_en
    return CallView(
        id=call.id,
        name=call.peer,
        shown_name=doings.shown_name,
        role="caller" if call.role is Role.CALLER else "callee",
        phase=phase,
        state_text=_state_text(call, phase, doings, text),
        title=_title(phase, doings, text),
        timer_text=wording.timer(doings.talked_s) if talking else "",
        rings_for_s=seconds if phase == "incoming" else 0,
        ring_fraction=min(1.0, max(0.0, doings.ring_left_s / call.ring_s)) if call.ring_s else 0.0,
        rings_text=text("incoming_rings_for", n=seconds) if phase == "incoming" else "",
        no_answer_s=seconds if phase == "ringing_out" else 0,
        no_answer_text=text("outgoing_no_answer_in", n=seconds) if phase == "ringing_out" else "",
        legacy=legacy,
        encrypted=not legacy,
        verified=call.verified,
        key_changed=key_changed,
        encryption_chip=encryption_chip(not legacy, doings.language),
        identity_chip=identity_chip(call.verified, doings.language),
        warning_text=warning,
        warning_tone=tone,
        muted=doings.muted,
        mic_text=text(f"call_mic_{_mic(doings)}"),
        mic_action=text("call_unmute" if doings.muted else "call_mute"),
        push_to_talk=doings.push_to_talk,
        talking=doings.talking,
        held_here=call.held_here,
        held_there=call.held_there,
        can_hold=phase in ("active", "held"),
        can_mute=phase not in ("over", "incoming"),
        can_talk=not legacy,
        hint_text=_hint(phase, doings, text),
        device_text=doings.device,
        quality=quality.view(doings.language) if talking else None,
        weak_banner=text(f"call_weak_{doings.weak}") if talking and doings.weak else "",
        words=words,
        words_language="fr" if doings.words_language is Language.FRENCH else "en",
        words_done=doings.words_done,
        others_speaking=doings.speaking and phase == "active",
        waiting_choices=doings.waiting_choices,
        silenced=doings.silenced,
        can_call_again=phase == "over"
        and (_went_unanswered(call, doings) or call.reason is EndReason.CONNECTION_LOST),
        notice_text=doings.notice or (text("call_no_sound") if doings.no_sound else ""),
    )


def _went_unanswered(call: CallIs, doings: Doings) -> bool:
    return call.role is Role.CALLER and not doings.was_talking


class _Texts:
    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, key: str, /, **values: Value) -> str:
        return say(f"desktop.{key}", self._language, **values)


def _mic(doings: Doings) -> str:
    if doings.talking and (doings.push_to_talk or doings.muted):
        return "talking"
    if doings.push_to_talk:
        return "closed"
    return "muted" if doings.muted else "on"


def _hint(phase: Phase, doings: Doings, text: _Texts) -> str:
    if phase not in TALKING:
        return ""
    if doings.muted_speech:
        return text("call_hint_muted")
    return text("call_hint_talk" if doings.push_to_talk else "call_hint_space")


def _code(error: DevCloudError | None) -> str:
    return "" if error is None else error.code


def _warning(key_changed: bool, legacy: bool, text: _Texts) -> tuple[str, Tone]:
    if key_changed:
        return text("incoming_key_changed"), "danger"
    if legacy:
        return text("incoming_2023"), "warning"
    return "", ""


def _title(phase: Phase, doings: Doings, text: _Texts) -> str:
    if phase == "incoming":
        return text("incoming_title", name=doings.shown_name)
    if phase in ("dialling", "ringing_out"):
        return text("outgoing_title", name=doings.shown_name)
    return text("call_title", name=doings.shown_name)


_STATE_TEXTS: dict[Phase, str] = {
    "dialling": "outgoing_connecting",
    "connecting": "outgoing_connecting",
    "ringing_out": "outgoing_ringing",
    "incoming": "incoming_call",
    "held": "call_on_hold",
    "reconnecting": "call_reconnecting",
}


def _state_text(call: CallIs, phase: Phase, doings: Doings, text: _Texts) -> str:
    if phase == "over":
        return ending(call, doings, text)
    return text(_STATE_TEXTS[phase]) if phase in _STATE_TEXTS else ""


def ending(call: CallIs, doings: Doings, text: _Texts) -> str:
    """Return how a call ended, in a sentence."""
    direction = "outgoing" if call.role is Role.CALLER else "incoming"
    if doings.failure is not None:
        return text(f"{direction}_failed", reason=_as_reason(doings.failure.text(doings.language)))
    if doings.was_talking:
        if call.reason in (EndReason.CONNECTION_LOST, EndReason.MEDIA_FAILED):
            return text("call_dropped")
        return text("call_ended", time=wording.timer(doings.talked_s))
    if call.reason in _ENDINGS:
        how = "do_not_disturb" if _is_undisturbed(call, doings) else _ENDINGS[call.reason]
        sentence = text(f"outgoing_{how}", name=doings.shown_name)
        return f"{sentence}\n{text('call_their_words', text=call.text)}" if call.text else sentence
    if call.reason in _FAILURES:
        reason = text(f"reason_{_FAILURES[call.reason]}")
        if call.trouble is not None:
            reason = _as_reason(call.trouble.text(doings.language))
        return text(f"{direction}_failed", reason=reason)
    return text("call_ended_plain")


def _is_undisturbed(call: CallIs, doings: Doings) -> bool:
    """Whoever is not to be disturbed says «busy», and everybody's list says why."""
    return doings.undisturbed and call.reason is EndReason.BUSY


def _as_reason(sentence: str) -> str:
    """After a colon a sentence begins small, unless it begins with a name or initials."""
    first = sentence[:2]
    return first[:1].lower() + sentence[1:] if first[1:].islower() or first[1:] == " " else sentence
