"""Pages without a program: what this server is, and why a browser needs https to call from it.

Built of the catalogue and the design's tokens, with nothing inline, as the policy asks.
"""

import html

from devcloud.model.texts import Language, say

STYLE_PATH = "/plain.css"
STYLE = """\
body { max-width: var(--size-content); margin: var(--space-10) auto; padding: 0 var(--space-4);
  background: var(--background); color: var(--text);
  font: var(--weight-regular) var(--type-large)/var(--type-large-line) var(--font); }
h1 { font-size: var(--type-title); line-height: var(--type-title-line); }
section + section { margin-top: var(--space-8); padding-top: var(--space-4);
  border-top: var(--border-thin) solid var(--border); }
a { color: var(--accent-text); }
code { display: block; padding: var(--space-3); border-radius: var(--radius-medium);
  background: var(--sunken); font-family: var(--mono); overflow-wrap: anywhere; }
"""


def welcome() -> str:
    """Return what `/` shows where there is no browser client: in both languages."""
    return _page(Language.FRENCH, [_about(Language.FRENCH), _about(Language.ENGLISH)])


def why_https(address: str, fingerprint: str, first: Language) -> str:
    """Return the page for whoever came over plain HTTP. `address` is where to go instead,
    `fingerprint` of the certificate to expect there (empty: one that browsers trust)."""
    second = Language.ENGLISH if first is Language.FRENCH else Language.FRENCH
    return _page(first, [_why(each, address, fingerprint) for each in (first, second)])


def _about(language: Language) -> str:
    title, what, how = (_say(f"page_{part}", language) for part in ("title", "what", "how"))
    return f'<section lang="{language}"><h1>{title}</h1><p>{what}</p><p>{how}</p></section>'


def _why(language: Language, address: str, fingerprint: str) -> str:
    where = html.escape(address, quote=True)
    title, why, go = (_say(f"https_{part}", language) for part in ("title", "why", "go"))
    told = (
        f"<p>{_say('https_warning', language)}</p><code>{html.escape(fingerprint)}</code>"
        f"<p>{_say('https_compare', language)}</p>"
        if fingerprint
        else ""
    )
    return (
        f'<section lang="{language}"><h1>{title}</h1><p>{why}</p>'
        f'<p>{go} <a href="{where}">{where}</a></p>{told}</section>'
    )


def _say(key: str, language: Language) -> str:
    return html.escape(say(f"server.{key}", language))


def _page(language: Language, sections: list[str]) -> str:
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>DevCloud</title>'
        f'<link rel="stylesheet" href="/tokens.css"><link rel="stylesheet" href="{STYLE_PATH}">'
        f"{''.join(sections)}</html>"
    )
