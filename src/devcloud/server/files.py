"""The browser client's files, read once at start: what is not here cannot be asked for.

No path of a request ever reaches the file system: it is a key of the mapping made here. Knows
nothing of HTTP beyond the kind and the tag of a file.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import resources
from importlib.resources.abc import Traversable

from devcloud.design.css import Tokens, load_tokens, tokens_css
from devcloud.identity.words import word_list
from devcloud.model.texts import Language, catalogue
from devcloud.server import plain
from devcloud.server.lean import lean_script, lean_style

# Text is always UTF-8 here, and said to be.
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_NOT_SERVED = (".test.js", ".config.js", "tsconfig.json", "package.json", "package-lock.json")

# Of the errors, those that a browser can meet: what its own client finds and what a server says.
# Not what only a host, a command or a sound file can do wrong.
_ERRORS = (
    "name_", "message_", "description_", "fingerprint_", "claim_", "reveal_", "too_many_",
    "joining_", "already_", "bad_", "handshake_", "observers_", "not_signed_in", "not_understood",
    "invite_needed", "invite_unknown", "invite_used", "invite_expired", "invite_revoked",
    "invite_other_name", "key_changed", "key_malformed", "commitment_mismatch", "call_over",
    "call_not_encrypted", "encryption_lost", "untrusted_there", "words_not_there", "replaced",
    "blocked", "released", "slow_reader", "silent", "server_stopping", "server_unreachable",
    "server_silent", "not_devcloud", "version_unsupported", "frame_broken", "certificate_changed",
    "person_unknown", "path_", "device_", "unexpected", "disconnected", "pins_damaged", "browser_",
    "key_gone",
)  # fmt: skip
_NOT_FOR_A_BROWSER = (
    "device_library", "device_list", "device_test", "path_unknown", "path_call",
    "name_blank_for_2023", "fingerprint_missing_here",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """`tag` is a strong ETag: of these very bytes (RFC 9110, section 8.8.3); `links` says what else
    a browser is going to need (RFC 8288)."""

    body: bytes
    kind: str
    tag: str
    links: str = ""
    packed: bytes = b""
    """The same with gzip; empty where that is no smaller."""


def collect() -> dict[str, File]:
    """Return every file by its path: `/main.js`, `/icons/mic.svg`, `/` for `index.html`."""
    tokens = load_tokens()
    icons = resources.files("devcloud.design") / "icons"
    files = {
        "/index.html": _file(plain.welcome(), ".html"),
        "/icons/app.svg": _file(_app_icon(tokens, (icons / "brand.svg").read_text()), ".svg"),
        "/tokens.css": _file(tokens_css(tokens), ".css"),
        plain.STYLE_PATH: _file(plain.STYLE, ".css"),
    }
    files |= _walk(icons, "/icons/")
    files |= _walk(resources.files("devcloud") / "web", "/")
    files["/"] = replace(files.pop("/index.html"), links=_modules(files))
    for language in Language:
        words = "".join(f"{word}\n" for word in word_list(language))
        files[f"/words/{language}.txt"] = _file(words, ".txt")
        files[f"/texts/{language}.json"] = _file(_texts(language), ".json")
    return files


def _modules(files: Iterable[str]) -> str:
    """Every module at once, instead of each when the one before it has been read. (HTML, section
    4.6.8.12, «modulepreload»)"""
    return ", ".join(f"<{path}>; rel=modulepreload" for path in files if path.endswith(".js"))


def _app_icon(tokens: Tokens, brand: str) -> str:
    """The mark as it stands on a home screen: the brand's lines on the accent."""
    colours, sizes = tokens["color"]["light"], tokens["size"]
    mark, glyph = sizes["brandMark"], sizes["brandGlyph"]
    inset, factor = (mark - glyph) / 2, glyph / tokens["icon"]["grid"]
    lines = brand[brand.index(">") + 1 : brand.rindex("</svg>")]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {mark} {mark}">'
        f'<rect width="{mark}" height="{mark}" rx="{tokens["radius"]["large"]}" '
        f'fill="{colours["accent"]}"/>'
        f'<g transform="translate({inset:g} {inset:g}) scale({factor:g})" fill="none" '
        f'stroke="{colours["onAccent"]}" stroke-width="{tokens["icon"]["stroke"]}" '
        f'stroke-linecap="round" stroke-linejoin="round">{lines}</g></svg>'
    )


def _texts(language: Language) -> str:
    chosen = {
        key: sentences[language] for key, sentences in catalogue().items() if _is_for_a_browser(key)
    }
    return json.dumps(chosen, ensure_ascii=False, separators=(",", ":"))


def _is_for_a_browser(key: str) -> bool:
    area, _, name = key.partition(".")
    if area == "errors":
        return name.startswith(_ERRORS) and not name.startswith(_NOT_FOR_A_BROWSER)
    return area == "web"


def _walk(directory: Traversable, path: str) -> Iterator[tuple[str, File]]:
    for each in directory.iterdir():
        if each.name.startswith((".", "_")) or each.name.endswith(_NOT_SERVED):
            continue
        if each.is_dir():
            if each.name != "node_modules":
                yield from _walk(each, f"{path}{each.name}/")
        elif (suffix := each.name[each.name.rfind(".") :]) in _KINDS:
            yield f"{path}{each.name}", _file(_lean(each.read_bytes(), suffix), suffix)


def _lean(content: bytes, suffix: str) -> bytes:
    leaner = {".js": lean_script, ".css": lean_style}.get(suffix)
    return leaner(content.decode()).encode() if leaner else content


def _file(content: str | bytes, suffix: str) -> File:
    body = content.encode() if isinstance(content, str) else content
    # Once, at start. Without a time in it: the same bytes every time.
    packed = gzip.compress(body, mtime=0)
    return File(
        body,
        _KINDS[suffix],
        f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        packed=packed if len(packed) < len(body) else b"",
    )
