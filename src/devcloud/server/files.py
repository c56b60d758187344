"""The browser client's files, read once at start: what is not here cannot be asked for.

No path of a request ever reaches the file system: it is a key of the mapping made here. Knows
nothing of HTTP beyond the kind and the tag of a file.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
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
_PROPERTY = re.compile(r"^ *--([\w-]+): .*\n", re.MULTILINE)
_NOT_SERVED = (".test.js", ".config.js", "tsconfig.json", "package.json", "package-lock.json")

# Of the errors, those that a page shows: what its own client finds, and why a server does not let
# it in. Not what only a host, a command or a sound file can do wrong, nor what is only logged.
_ERRORS = frozenset({
    "name_empty", "name_too_long", "name_blank_at_end", "name_unprintable", "name_own",
    "already_in_call", "person_unknown", "words_not_there", "unexpected",
    "description_malformed", "description_not_encrypted", "path_description",
    "fingerprint_missing", "fingerprint_malformed", "fingerprint_weak", "fingerprint_ambiguous",
    "claim_missing", "claim_invalid", "claim_other_key", "claim_wrong_person",
    "commitment_mismatch", "reveal_missing", "untrusted_there", "key_changed", "key_changed_ask",
    "key_gone", "device_no_microphone", "device_microphone_denied", "device_microphone_busy",
    "server_unreachable", "server_silent", "not_devcloud", "version_unsupported",
    "browser_not_secure", "browser_too_old", "browser_store", "browser_2023", "browser_failed",
    "name_taken", "replaced", "bad_proof", "key_malformed", "blocked", "released", "disconnected",
    "joining_closed", "invite_needed", "invite_unknown", "invite_used", "invite_expired",
    "invite_revoked", "invite_other_name", "handshake_timeout", "too_many_messages",
    "too_many_connections", "too_many_devices", "server_stopping",
})  # fmt: skip


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
        plain.STYLE_PATH: _file(plain.STYLE, ".css"),
    }
    files |= _walk(icons, "/icons/")
    files |= _walk(resources.files("devcloud") / "web", "/")
    files["/tokens.css"] = _file(_used(tokens_css(tokens), files), ".css")
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


def _used(style: str, files: Mapping[str, File]) -> str:
    """The properties that a style sheet uses, its own or another."""
    sheets = [file.body.decode() for path, file in files.items() if path.endswith(".css")]
    used = set(re.findall(r"var\(--([\w-]+)", "\n".join([style, *sheets])))
    chosen = _PROPERTY.sub(lambda line: line[0] if line[1] in used else "", style)
    return lean_style(chosen)


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
    """The page's own sentences by their name alone, those of errors by their whole key."""
    chosen = {
        key.removeprefix("web."): sentences[language]
        for key, sentences in catalogue().items()
        if _is_for_a_browser(key)
    }
    return json.dumps(chosen, ensure_ascii=False, separators=(",", ":"))


def _is_for_a_browser(key: str) -> bool:
    area, _, name = key.partition(".")
    if area == "errors":
        return name in _ERRORS
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
