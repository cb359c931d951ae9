"""Whatever is wrong with a proof or a lane has a sentence that says what it means."""

from typing import get_args

import pytest

from cli.proofs import SENTENCES, sentence, wrong
from shared.kernel.auditing.faults import Fault, FaultCode
from shared.kernel.proof.errors import Code, ProofError

DETAILS = {
    "found": 9,
    "why": "no county",
    "name": "county",
    "said": "610330",
    "expected": "430523",
    "version": 3,
    "stream": "need-1",
    "after": 1,
    "recorded_at": "2021-11-12",
    "size": 12,
    "source": "what projects saw",
    "head": 7,
    "path": "tile/0/000",
    "error": ProofError("log_unknown", origin="x"),
}


def test_every_error_has_its_sentence() -> None:
    assert SENTENCES.keys() == set(get_args(Code))


@pytest.mark.parametrize("code", get_args(Code))
def test_an_error_s_sentence_is_whole_and_tells_what_is_known(code: Code) -> None:
    said = sentence(ProofError(code, line=7, cosigned=["a", "b"], nothing=None))
    assert said.startswith(SENTENCES[code])
    assert said.endswith("(line 7, cosigned by a and b).")
    assert sentence(ProofError(code)) == f"{SENTENCES[code]}."


@pytest.mark.parametrize("code", get_args(FaultCode))
def test_a_fault_s_sentence_is_filled(code: FaultCode) -> None:
    said = wrong(Fault(code, 5, DETAILS))
    assert "{" not in said
    assert said[-1] != "."
