"""Trust policies (c2sp.org/tlog-policy): how they are read, when a quorum is met, and which checkpoints they accept."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.proof.checkpoints import cosign, sign_checkpoint
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import SigningKey
from shared.kernel.proof.trust import Group, Policy
from tests.support.a_log import NOW, ORIGIN, OTHER_COUNTY, WITNESSES, ALog, log_key, policy, witness_key

LOG = log_key().verifying.vkey
X1, X2, X3, Y1, Y2, Y3 = (witness_key(f"example.com/{name}") for name in ("x1", "x2", "x3", "y1", "y2", "y3"))

# The example of c2sp.org/tlog-policy, its keys filled in.
EXAMPLE = f"""
log {LOG}

witness X1 {X1.verifying.vkey}
witness X2 {X2.verifying.vkey}
witness X3 {X3.verifying.vkey}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y1.verifying.vkey}
witness Y2 {Y2.verifying.vkey}
witness Y3 {Y3.verifying.vkey}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
""".encode()


def met(wanted: Policy, *keys: SigningKey) -> bool:
    return wanted.satisfied_by({key.verifying for key in keys})


def lines(*each: str) -> bytes:
    return "".join(f"{line}\n" for line in each).encode()


def witness(name: str, key: SigningKey = X1) -> str:
    return f"witness {name} {key.verifying.vkey}"


def test_the_example_of_the_specification_asks_for_two_of_one_group_and_one_of_the_other() -> None:
    example = Policy.parse(EXAMPLE)
    for some in (combo for size in range(7) for combo in combinations((X1, X2, X3, Y1, Y2, Y3), size)):
        of_x, of_y = len({X1, X2, X3} & {*some}), len({Y1, Y2, Y3} & {*some})
        assert met(example, *some) == (of_x >= 2 and of_y >= 1)


def test_k_of_n_is_met_by_k() -> None:
    for k in range(4):
        assert [met(policy(k), *WITNESSES[:n]) for n in range(4)] == [n >= k for n in range(4)]
    with pytest.raises(ProofError, match="policy_malformed"):
        policy(4)
    with pytest.raises(ProofError, match="policy_key_taken"):
        Policy.k_of_n([log_key().verifying], [WITNESSES[0].verifying, WITNESSES[0].verifying], 2)
    with pytest.raises(ProofError, match="policy_name_taken"):
        Policy.k_of_n([], [SigningKey("w", X1.algorithm, key.seed).verifying for key in (X1, X2)], 2)


def test_a_policy_written_down_reads_the_same() -> None:
    for some in (Policy.parse(EXAMPLE), policy(2, ORIGIN, OTHER_COUNTY), policy(0)):
        assert Policy.parse(some.dump()) == some
    with_urls = Policy.parse(lines(f"log {LOG} https://a.example/", f"{witness('w')} https://b.example/", "quorum w"))
    assert (with_urls.logs[0].url, with_urls.witnesses[0].url) == ("https://a.example/", "https://b.example/")
    assert Policy.parse(with_urls.dump()) == with_urls


def test_a_policy_file_may_be_laid_out_and_commented() -> None:
    read = Policy.parse(lines("# a comment", " \t# another", "", " \t", f" \tlog\t {LOG} ", f"{witness('省')}\t", "quorum  省"))
    assert (len(read.logs), read.witnesses[0].name, read.quorum) == (1, "省", "省")
    assert Policy.parse(lines(witness("w"), "quorum w", f"log {LOG}")).logs  # what a quorum does not name may follow it


def test_names_are_octets() -> None:
    raw = b"witness \xff " + X1.verifying.vkey.encode() + b"\ngroup \xfe 1 \xff\nquorum \xfe\n"
    assert Policy.parse(raw).dump() == raw
    assert met(Policy.parse(raw), X1)
    kelvin = lines(witness("K"), "quorum \u212a")
    with pytest.raises(ProofError, match="policy_name_unknown"):
        Policy.parse(kelvin)


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"quorum none", "policy_malformed", 1),  # no newline: cut off, perhaps
        (b"quorum none\r\n", "policy_malformed", 1),
        (b"quorum none\n\x7f\n\n", "policy_malformed", 2),
        (lines("quorum none", "hello"), "policy_malformed", 2),
        (lines("quorum"), "policy_malformed", 1),
        (lines("quorum none none"), "policy_malformed", 1),
        (lines("quorum none", "quorum none"), "policy_malformed", 2),
        (lines("Quorum none"), "policy_malformed", 1),
        (lines("log"), "policy_malformed", 1),
        (lines(f"log {LOG} a b"), "policy_malformed", 1),
        (lines("witness w"), "policy_malformed", 1),
        (lines(witness("w") + " a b"), "policy_malformed", 1),
        (lines(witness("w"), "group g any"), "policy_malformed", 2),
        (lines(witness("w"), "group g 0 w"), "policy_malformed", 2),
        (lines(witness("w"), "group g 2 w"), "policy_malformed", 2),
        (lines(witness("w"), "group g 01 w"), "policy_malformed", 2),
        (lines(witness("w"), "group g some w"), "policy_malformed", 2),
        (lines(witness("w"), witness("w", X2)), "policy_name_taken", 2),
        (lines(witness("w"), "group w 1 w"), "policy_name_taken", 2),
        (lines(witness("none")), "policy_name_taken", 1),
        (lines(witness("w"), "group g 1 w w"), "policy_name_taken", 2),
        (lines(witness("w"), "group g 1 w", "group h 1 w"), "policy_name_taken", 3),
        (lines("group g 1 none"), "policy_name_taken", 1),
        (lines("group g 1 w", witness("w")), "policy_name_unknown", 1),
        (lines("group g 1 g"), "policy_name_unknown", 1),
        (lines("quorum w", witness("w")), "policy_name_unknown", 1),
        (lines(witness("w"), witness("v")), "policy_key_taken", 2),
        (lines(witness("w"), witness("v", SigningKey("renamed", X1.algorithm, X1.seed))), "policy_key_taken", 2),
        (lines(f"log {LOG}", f"log {LOG}"), "policy_key_taken", 2),
        (lines(f"log {X1.verifying.vkey}"), "key_unfit", 1),
        (lines(f"witness w {LOG}"), "key_unfit", 1),
        (lines("log nothing"), "key_malformed", 1),
        (lines(f"log x{LOG}"), "key_id_wrong", 1),
    ],
)
def test_a_policy_says_what_is_wrong_and_in_which_line(data: bytes, code: str, line: int) -> None:
    with pytest.raises(ProofError) as caught:
        Policy.parse(data)
    assert (caught.value.code, caught.value.details["line"]) == (code, line)


@pytest.mark.parametrize("data", [b"\n", lines(f"log {LOG}", witness("w"))])
def test_a_policy_without_a_quorum_is_none(data: bytes) -> None:
    with pytest.raises(ProofError, match="policy_without_quorum"):
        Policy.parse(data)


def test_a_file_of_nothing_is_no_policy() -> None:
    with pytest.raises(ProofError, match="policy_malformed"):
        Policy.parse(b"")


def test_a_checkpoint_is_accepted_with_its_log_its_witnesses_and_their_times() -> None:
    log = ALog(5)
    accepted = policy(2).accept(log.note(*WITNESSES[:2]).dump(), origin=ORIGIN)
    assert (accepted.checkpoint, accepted.log) == (log.checkpoint, log_key().verifying)
    assert [(one.key.name, one.time) for one in accepted.witnesses] == [
        ("yinuo.local/projects", NOW),
        ("yinuo.local/supervision", NOW + 1),
    ]


def test_strangers_do_not_count() -> None:
    strangers = [witness_key(f"stranger.example/{number}") for number in range(5)]
    same_name = SigningKey(WITNESSES[1].name, WITNESSES[1].algorithm, bytes(32))
    with pytest.raises(ProofError, match="too_few_witnesses") as caught:
        policy(2).accept(ALog(5).note(WITNESSES[0], same_name, *strangers).dump())
    assert caught.value.details == {"quorum": "2-of-3", "cosigned": ["yinuo.local/projects"]}
    assert len(policy(2).accept(ALog(5).note(*strangers, *WITNESSES).dump()).witnesses) == 3


def test_one_witness_counts_once_however_often_it_signs() -> None:
    checkpoint, again = ALog(5).checkpoint, cosign(ALog(5).checkpoint, WITNESSES[0], NOW + 9)
    repeated = ALog(5).note(WITNESSES[0]).dump() + again.line.encode()
    assert checkpoint.text.encode() in repeated
    with pytest.raises(ProofError, match="too_few_witnesses"):
        policy(2).accept(repeated)
    assert len(policy(1).accept(repeated).witnesses) == 1


def test_a_checkpoint_of_another_log_is_refused() -> None:
    other = ALog(5, OTHER_COUNTY).note(*WITNESSES).dump()
    with pytest.raises(ProofError, match="log_unknown") as caught:
        policy(2).accept(other)
    assert caught.value.details == {"origin": OTHER_COUNTY}
    both = policy(2, ORIGIN, OTHER_COUNTY)
    assert both.accept(other).log == log_key(OTHER_COUNTY).verifying
    with pytest.raises(ProofError, match="origin_unexpected") as caught:
        both.accept(other, origin=ORIGIN)
    assert caught.value.details == {"origin": OTHER_COUNTY, "expected": ORIGIN}


def test_a_log_does_not_speak_for_another() -> None:
    claimed = ALog(5).checkpoint
    by_other = sign_checkpoint(ALog(5, OTHER_COUNTY).checkpoint, log_key(OTHER_COUNTY))
    forged = ALog(5).note(*WITNESSES).dump().replace(ALog(5).note().signatures[0].line.encode(), by_other.signatures[0].line.encode())
    assert claimed.text.encode() in forged
    with pytest.raises(ProofError, match="log_signature_missing"):
        policy(2, ORIGIN, OTHER_COUNTY).accept(forged)


def test_a_signature_that_fails_spoils_the_checkpoint_though_others_suffice() -> None:
    note = ALog(5).note(*WITNESSES)
    borrowed = ALog(6).note(*WITNESSES).signatures[3]
    spoilt = note.signed(borrowed)
    assert len(spoilt.signatures) == 4
    with pytest.raises(ProofError, match="signature_invalid") as caught:
        policy(2).accept(spoilt.dump())
    assert caught.value.details == {"name": "yinuo.local/province"}


@given(st.integers(1, 6), st.data())
def test_groups_count_as_the_specification_says(n: int, data: st.DataObject) -> None:
    keys = (X1, X2, X3, Y1, Y2, Y3)[:n]
    k = data.draw(st.integers(1, n))
    signed = data.draw(st.sets(st.sampled_from(keys)))
    wanted = Policy.parse(
        lines(*(witness(f"w{at}", key) for at, key in enumerate(keys)), f"group g {k} {' '.join(f'w{at}' for at in range(n))}", "quorum g")
    )
    assert wanted.groups == (Group("g", k, tuple(f"w{at}" for at in range(n))),)
    assert met(wanted, *signed) == (len(signed) >= k)
