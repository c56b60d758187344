"""The platform's key store (Keychain, Secret Service, Credential Locker), through `keyring`.

Knows one kind of secret: the seed of a key, by its public key. `keyring` is an extra of its own
(`devcloud-voice[keyring]`) and only looked for when a person has asked for it.
"""

from types import ModuleType

from devcloud.identity.encoding import from_base64url, to_base64url
from devcloud.identity.keys import SEED_BYTES, SigningKey
from devcloud.model.errors import StorageFailed

SERVICE = "DevCloud"


def keep(key: SigningKey) -> None:
    """Put a key into the store, and see that it is there.

    Raises:
        StorageFailed: `keyring_missing`, `keyring_failed`.
    """
    seed = to_base64url(key.seed())
    _ask("set_password", key.public, seed)
    if _ask("get_password", key.public) != seed:
        # Some stores take everything and keep nothing.
        raise StorageFailed("keyring_failed", problem="not kept")


def fetch(public: str) -> SigningKey:
    """Return a key from the store.

    Raises:
        StorageFailed: `keyring_missing`, `keyring_failed`, `keyring_empty` (it has no such key, or
            something else in its place).
    """
    seed = from_base64url(str(_ask("get_password", public) or ""), SEED_BYTES)
    key = None if seed is None else SigningKey.from_seed(seed)
    if key is None or key.public != public:
        raise StorageFailed("keyring_empty")
    return key


def _ask(what: str, public: str, *more: str) -> object:
    keyring = _module()
    try:
        return getattr(keyring, what)(SERVICE, public, *more)
    except keyring.errors.KeyringError as problem:
        detail = str(problem)[:120] or type(problem).__name__
        raise StorageFailed("keyring_failed", problem=detail) from None


def _module() -> ModuleType:
    try:
        import keyring  # noqa: PLC0415 - optional, and slow to look for its backends
        import keyring.errors  # noqa: PLC0415
    except ImportError:
        raise StorageFailed("keyring_missing") from None
    return keyring
