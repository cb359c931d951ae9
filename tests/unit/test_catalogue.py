"""The catalogue of refusals: every code that is raised has its sentences, and every sentence is about what is raised."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from shared.web.catalogue import LANGUAGES, entries, language_of, sentence

ROOT = Path(__file__).parents[2]
RAISED_BY = {"Rejected", "Problem", "TokenRefused"}
NOT_FOR_THE_SENTENCE = {"pointer", "errors", "headers"}
PASSED_ON = {"refusal.code", "refused.code"}
"""What is caught and told again; its code stands where it was first raised."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A place that refuses: the codes it can give, and the values it fills their sentence with."""

    where: str
    codes: tuple[str, ...]
    values: frozenset[str]


def raised(tree: ast.AST, where: str) -> Iterator[Raised]:
    """Yield every refusal in a module; ValueError where the code cannot be read off the source."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in RAISED_BY:
            place = f"{where}:{call.lineno}"
            inside = [function for function in functions if function.lineno <= call.lineno <= (function.end_lineno or 0)]
            codes = tuple(_codes(call.args[0], inside, place))
            values = frozenset(keyword.arg or "**" for keyword in call.keywords) - NOT_FOR_THE_SENTENCE
            if codes:
                yield Raised(place, codes, values)


def _codes(code: ast.expr, inside: Sequence[ast.AST], place: str) -> Iterator[str]:
    match code:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from _each((code.body, code.orelse), inside, place)
        case ast.Name():
            set_to = [node.value for at in inside for node in ast.walk(at) if isinstance(node, ast.Assign) and _names(node) == {code.id}]
            if not set_to:
                raise ValueError(f"{place}: where does {code.id} come from?")
            yield from _each(set_to, inside, place)
        case ast.Call(func=ast.Attribute(value=ast.Dict() as table, attr="get"), args=[_, other]):
            yield from _each((*table.values, other), inside, place)
        case _ if ast.unparse(code) not in PASSED_ON:
            raise ValueError(f"{place}: {ast.unparse(code)} is no code that can be read here")


def _each(codes: Sequence[ast.expr], inside: Sequence[ast.AST], place: str) -> Iterator[str]:
    for code in codes:
        yield from _codes(code, inside, place)


def _names(assign: ast.Assign) -> set[str]:
    return {target.id for target in assign.targets if isinstance(target, ast.Name)}


@cache
def everything() -> tuple[Raised, ...]:
    files = sorted(file for package in ("services", "shared") for file in (ROOT / package).rglob("*.py"))
    return tuple(at for file in files for at in raised(ast.parse(file.read_text(encoding="utf-8")), str(file.relative_to(ROOT))))


def placeholders(text: str) -> list[str]:
    return sorted(field for _, field, _, _ in Formatter().parse(text) if field is not None)


def disagreements(found: Sequence[Raised], known: dict[str, dict[str, str]]) -> list[str]:
    """Return what is wrong between the places that refuse and the sentences by code and language."""
    told = {code for at in found for code in at.codes}
    wrong = [f"{at.where}: {code} has no sentence" for at in found for code in at.codes if code not in known]
    wrong += [f"{code} is raised nowhere" for code in known.keys() - told]
    for code, sentences in known.items():
        wanted = {language: placeholders(text) for language, text in sentences.items()}
        if len({tuple(names) for names in wanted.values()}) > 1:
            wrong.append(f"{code}: the languages disagree on {wanted}")
        for at in found:
            if code in at.codes and set(wanted["en"]) != at.values:
                wrong.append(f"{at.where}: {code} is given {sorted(at.values)} for {wanted['en']}")
    return wrong


def known() -> dict[str, dict[str, str]]:
    return {code: entry.sentences for code, entry in entries().items()}


def test_codes_sentences_placeholders_and_values_agree() -> None:
    assert disagreements(everything(), known()) == []


def test_the_scan_sees_every_way_of_refusing() -> None:
    codes = {code for at in everything() for code in at.codes}
    assert {"project_already_claimed", "token_expired", "token_invalid", "route_unknown", "internal", "body_invalid"} <= codes
    assert len(everything()) > 90


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        ("raise Rejected('no_such_code')", "no_such_code has no sentence"),
        ("raise Problem('not_found' if here else 'no_such_code')", "no_such_code has no sentence"),
        ("def f():\n    code = 'no_such_code'\n    raise Problem(code)", "no_such_code has no sentence"),
        ("raise Rejected('need_not_known', pointer='/need_ids')", "need_not_known is given [] for ['need']"),
        ("raise Rejected('not_found', need=1)", "not_found is given ['need'] for []"),
    ],
)
def test_a_refusal_without_its_sentence_or_its_values_is_found(spoilt: str, found: str) -> None:
    wrong = disagreements([*everything(), *raised(ast.parse(spoilt), "planted.py")], known())
    assert [line for line in wrong if line.startswith("planted.py") and line.endswith(found)]


@pytest.mark.parametrize("hidden", ["raise Problem(codes[0])", "def f(code):\n    raise Rejected(code)"])
def test_a_code_that_cannot_be_read_off_the_source_is_refused(hidden: str) -> None:
    with pytest.raises(ValueError, match=r"planted\.py"):
        list(raised(ast.parse(hidden), "planted.py"))


def test_a_sentence_nobody_says_and_languages_that_disagree_are_found() -> None:
    spoilt = known() | {
        "never_said": {"zh": "无", "en": "Never."},
        "need_not_known": {"zh": "诉求不存在", "en": "There is no need {need}."},
    }
    wrong = disagreements(everything(), spoilt)
    assert "never_said is raised nowhere" in wrong
    assert [line for line in wrong if line.startswith("need_not_known: the languages disagree")]


@pytest.mark.parametrize("code", sorted(entries()))
def test_a_sentence_is_whole_in_both_languages(code: str) -> None:
    entry = entries()[code]
    assert 400 <= entry.status < 600
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
    assert re.search(r"[\u4e00-\u9fff]", entry.sentences["zh"])
    assert not re.search(r"[\u4e00-\u9fff]", entry.sentences["en"])
    assert (entry.sentences["zh"][-1], entry.sentences["en"][-1]) == ("。", ".")
    values: dict[str, object] = {name: f"<{name}>" for name in placeholders(entry.sentences["en"])}
    for language in LANGUAGES:
        said = sentence(code, language, values)
        assert all(str(value) in said for value in values.values())
        assert "…" not in said.replace("POST …", "")
        assert not re.search(r"[{}]", said)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("EN-gb;q=0.8", "en"),
        ("fr, en;q=0.5", "en"),
        ("zh-CN,en", "zh"),
        ("fr", "zh"),
        ("english", "zh"),
    ],
)
def test_a_reader_is_answered_in_their_language_or_in_chinese(accepted: str | None, language: str) -> None:
    assert language_of(accepted) == language
