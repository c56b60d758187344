"""From the client's values to those of the windows. Pure."""

from functools import lru_cache

from devcloud.client.api import CallStatus
from devcloud.desktop import happenings as on
from devcloud.identity.keys import fingerprint, is_public_key
from devcloud.identity.pins import Pin
from devcloud.identity.words import word_list
from devcloud.media.control import Device, Quality
from devcloud.model.errors import DevCloudError
from devcloud.model.presence import Person
from devcloud.model.records import CallKind
from devcloud.model.texts import Language


@lru_cache(maxsize=20_000)
def fingerprint_of(key: str) -> str:
    """Return the fingerprint of a public key; empty for none."""
    return fingerprint(key) if is_public_key(key) else ""


def somebody(person: Person) -> on.Somebody:
    """Return a person as the windows know them."""
    return on.Somebody(
        name=person.name,
        status=str(person.status),
        legacy=person.kind is CallKind.LEGACY_2023,
        fingerprint=fingerprint_of(person.key),
        address=person.address,
    )


def pinned(pin: Pin) -> on.Pinned:
    """Return a known key."""
    return on.Pinned(pin.name, fingerprint_of(pin.key), pin.verified, pin.first_seen)


def devices_are(devices: tuple[Device, ...]) -> on.DevicesAre:
    """Return the sound devices."""
    return on.DevicesAre(
        tuple(
            on.DeviceIs(d.name, d.inputs, d.outputs, d.is_default_input, d.is_default_output)
            for d in devices
        )
    )


def measured(quality: Quality) -> on.Measured:
    """Return the figures of a second."""
    return on.Measured(
        mos=quality.mos,
        rtt_ms=quality.rtt_ms,
        loss=quality.loss,
        remote_loss=quality.remote_loss,
        jitter_ms=quality.jitter_ms,
        path=quality.path,
        codec=quality.codec,
        bitrate_bps=quality.bitrate_in_bps,
    )


def call_is(
    status: CallStatus,
    *,
    previous_id: str,
    ring_s: float,
    device: str,
    trouble: DevCloudError | None,
    figures: on.Measured | None,
) -> on.CallIs:
    """Return a call at one moment."""
    return on.CallIs(
        id=status.id,
        peer=status.peer,
        role=status.role,
        kind=status.kind,
        state=status.state,
        reason=status.reason,
        text=status.text,
        answered=status.answered,
        muted=status.muted,
        held_here=status.held_here,
        held_there=status.held_there,
        encrypted=status.encrypted,
        verified=status.verified,
        key_changed=status.key_changed,
        words_en=_words(status.safety_words, Language.ENGLISH),
        words_fr=_words(status.safety_words, Language.FRENCH),
        duration_s=status.duration_s,
        generation=status.generation,
        measured=figures,
        trouble=trouble,
        previous_id=previous_id,
        ring_s=ring_s,
        device=device,
    )


def _words(words: tuple[str, ...], language: Language) -> tuple[str, ...]:
    """The two lists are paired: return the same words in a language, whichever they are in."""
    for other in Language:
        places = _places(other)
        if all(word in places for word in words):
            return tuple(word_list(language)[places[word]] for word in words)
    return words


@lru_cache(maxsize=2)
def _places(language: Language) -> dict[str, int]:
    return {word: at for at, word in enumerate(word_list(language))}
