"""The chips: what is said of a key and of encryption, in one place for all pages. Pure."""

from devcloud.desktop.viewmodel.values import ChipInfo
from devcloud.model.texts import Language, say


def identity_chip(verified: bool, language: Language) -> ChipInfo:
    """Whether the safety words have been compared."""
    key = "verified" if verified else "unverified"
    return ChipInfo(
        text=say(f"desktop.chip_{key}", language),
        icon="shield-check" if verified else "shield-ask",
        tone="success" if verified else "",
        explanation=say(f"desktop.chip_{key}_explained", language),
    )


def encryption_chip(encrypted: bool, language: Language) -> ChipInfo:
    """Whether others can listen."""
    key = "encrypted" if encrypted else "not_encrypted"
    return ChipInfo(
        text=say(f"desktop.chip_{key}", language),
        icon="lock" if encrypted else "unlock",
        tone="" if encrypted else "warning",
        explanation=say(f"desktop.chip_{key}_explained", language),
    )
