"""The sentences: complete in both languages, all used, and in our voice."""

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest

from kiosk.ui.translations import TEXTS_FILE, Language, TextMissing, texts

UI = TEXTS_FILE.parent
FORMS = {"zh", "en", "en_one"}
HANZI = re.compile(r"[\u4e00-\u9fff]")
SAMPLES = {
    "sample_screens.py",
    "sample_desk.py",
    "sample_maintenance.py",
    "gallery.py",
}  # synthetic people and places, not sentences


def entries():
    for section, keys in tomllib.loads(TEXTS_FILE.read_text("utf-8")).items():
        for key, forms in keys.items():
            yield f"{section}.{key}", forms


def fields(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_key_has_a_sentence_in_both_languages():
    for key, forms in entries():
        assert {"zh", "en"} <= set(forms) <= FORMS, key
        assert all(form.strip() for form in forms.values()), key


def test_both_languages_of_a_key_are_filled_in_with_the_same_things():
    for key, forms in entries():
        assert fields(forms["zh"]) == fields(forms["en"]), key
        assert fields(forms.get("en_one", "")) <= fields(forms["en"]), key


def sources():
    for path in sorted([*UI.rglob("*.py"), *UI.rglob("*.qml")]):
        yield path, path.read_text("utf-8")


def patterns():
    """Every string that can be a key; the {parts} of an f-string match anything."""
    found = set()
    for path, source in sources():
        if path.suffix == ".qml":
            found |= {re.escape(key) for key in re.findall(r'"([a-z_]+\.[a-z_]+)"', source)}
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = (
                    re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z0-9_]*"
                    for part in node.values
                )
                found.add("".join(parts))
    return {pattern for pattern in found if re.match(r"[a-z_]+\\?\.", pattern)}


def test_every_key_is_used_somewhere():
    used = re.compile("|".join(sorted(patterns())))
    trouble = re.compile(r"trouble\.[a-z_]+_(title|what|money|do)")  # built in two steps
    unused = [key for key, _ in entries() if not used.fullmatch(key) and not trouble.fullmatch(key)]
    assert not unused, unused


def test_every_key_that_a_view_names_exists():
    known = {key for key, _ in entries()}
    for path, source in sources():
        for key in re.findall(r'(?:words|say)\.of\("([^"]+)"\)', source):
            assert key in known, f"{path.name}: {key}"


def test_no_sentence_stands_outside_the_file_of_texts():
    for path, source in sources():
        if path.name in SAMPLES:
            continue
        if path.suffix == ".qml":
            code = re.sub(r"//.*", "", source)
            assert not HANZI.search(code), path.name
            assert not re.findall(r'text: "[^"]*[A-Za-z]{2}', code), path.name
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                is_docstring = "\n" in node.value or len(node.value) > 60 or "。" in node.value
                assert is_docstring or not HANZI.search(node.value), f"{path.name}: {node.value}"


@pytest.mark.parametrize("forbidden", ["!", "！", "未知错误", "unknown error", "进行身份识别"])
def test_nothing_shouts_and_nothing_is_an_unknown_error(forbidden):
    for key, forms in entries():
        for form in forms.values():
            assert forbidden not in form.lower(), key


def test_chinese_sentences_have_chinese_punctuation():
    for key, forms in entries():
        assert not re.search(r"[\u4e00-\u9fff][,;:?]", forms["zh"]), key


def test_a_missing_key_is_an_error_and_not_an_empty_label():
    with pytest.raises(TextMissing, match=r"bills\.nonsense"):
        texts(Language.ZH).of("bills.nonsense")


def test_a_missing_value_is_an_error_that_names_the_key():
    with pytest.raises(TextMissing, match=r"done\.returns"):
        texts(Language.ZH).of("done.returns")


@pytest.mark.parametrize(
    ("language", "number", "sentence"),
    [
        (Language.ZH, 1, "您有 1 笔待缴"),
        (Language.ZH, 3, "您有 3 笔待缴"),
        (Language.EN, 1, "You have 1 bill to pay"),
        (Language.EN, 3, "You have 3 bills to pay"),
    ],
)
def test_one_thing_is_not_many_things(language, number, sentence):
    assert texts(language).count("bills.title", number) == sentence


def test_the_file_of_texts_lies_beside_the_code_that_reads_it():
    assert Path(TEXTS_FILE).is_file()
