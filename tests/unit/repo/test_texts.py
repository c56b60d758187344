"""The catalogue: both languages, the same values, French as it is printed."""

import re
from string import Formatter

from devcloud.cli.main import COMMANDS
from devcloud.model.texts import Language, catalogue

NARROW = "\u202f"
# Punctuation that French sets apart, where it ends something: not the colon of «host:port».
HIGH = re.compile(r"(.?)[;?!:](?=$|[\s»)…])", re.MULTILINE)


def values_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def prose(sentence: str) -> str:
    """Without the commands to type, which are lines that begin with two blanks."""
    return "\n".join(line for line in sentence.split("\n") if not line.startswith("  "))


def typographic_faults(french: str) -> list[str]:
    faults: list[str] = []
    faults += [m.group() for m in HIGH.finditer(french) if m.group(1) not in {NARROW, "?", "!"}]
    faults += re.findall(rf"«[^{NARROW}].?|.?[^{NARROW}]»", french)
    return faults


def test_every_key_has_both_languages_and_nothing_else() -> None:
    languages = {str(language) for language in Language}
    assert catalogue()
    assert {key: set(texts) for key, texts in catalogue().items() if set(texts) != languages} == {}


def test_no_text_is_empty_or_has_blanks_at_its_ends() -> None:
    assert [
        (key, language)
        for key, texts in catalogue().items()
        for language, sentence in texts.items()
        if not sentence.strip() or sentence.strip(" ") != sentence
    ] == []


def test_both_languages_take_the_same_values() -> None:
    assert {
        key: (values_in(texts["en"]), values_in(texts["fr"]))
        for key, texts in catalogue().items()
        if values_in(texts["en"]) != values_in(texts["fr"])
    } == {}


def test_values_have_names() -> None:
    assert [
        key
        for key, texts in catalogue().items()
        if any(not name.isidentifier() for name in values_in(texts["en"]))
    ] == []


def test_apostrophes_are_typographic() -> None:
    assert [
        (key, language)
        for key, texts in catalogue().items()
        for language, sentence in texts.items()
        if "'" in prose(sentence)
    ] == []


def test_french_sets_its_punctuation_apart() -> None:
    assert {
        key: faults
        for key, texts in catalogue().items()
        if (faults := typographic_faults(prose(texts["fr"])))
    } == {}


def test_the_rule_of_punctuation_finds_what_is_wrong_and_nothing_else() -> None:
    assert typographic_faults("Prêt\u202f? Oui\u202f! Voici\u202f: «\u202fnon\u202f»") == []
    assert typographic_faults("wss://hôte:10000/?pin=…") == []
    assert typographic_faults("Prêt ?") == [" ?"]
    assert typographic_faults("Prêt?") == ["t?"]
    assert typographic_faults("Ceci: cela") == ["i:"]
    assert typographic_faults("«non»") == ["«no", "n»"]


def test_every_command_that_is_named_exists() -> None:
    assert {
        (key, named)
        for key, texts in catalogue().items()
        for sentence in texts.values()
        for named in re.findall(r"(?:devcloud|\{devcloud\}) ([a-z]+)", sentence)
        if named not in COMMANDS
    } == set()
