"""Our notes, checkpoints, proofs, tiles and policies before the libraries of Go's checksum database and of transparency-dev."""

from itertools import combinations
from random import Random

from shared.kernel.proof import notes
from shared.kernel.proof.algorithms import ED25519
from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.encoding import to_base64
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import SigningKey
from shared.kernel.proof.merkle import leaf_hash, verify_consistency, verify_inclusion
from shared.kernel.proof.tiles import Bundle, Tile, encode_bundle
from shared.kernel.proof.trust import Policy
from tests.support.a_log import NOW, ORIGIN, OTHER_COUNTY, WITNESSES, ALog, log_key
from tests.support.strangers import ask, told, told_all

KEYS = [log_key().verifying.vkey, *(key.verifying.vkey for key in WITNESSES)]
SIZES = (1, 2, 7, 255, 256, 257, 300, 1_000)
LOGS = {size: ALog(size) for size in SIZES}


def opened(note: bytes, *, origin: str = ORIGIN) -> dict[str, object]:
    (answer,) = ask({"do": "open a checkpoint", "note": note.decode(), "origin": origin, "keys": KEYS})
    return answer


def test_strangers_open_our_cosigned_checkpoint() -> None:
    log = LOGS[300]
    answer = opened(log.note(*WITNESSES).dump())
    assert (answer["origin"], answer["size"], told(answer["root"])) == (ORIGIN, 300, log.checkpoint.root)
    assert answer["names"] == [ORIGIN, *(key.name for key in WITNESSES)]
    assert answer["times"] == [NOW, NOW + 1, NOW + 2]
    assert answer["text"] == log.checkpoint.text


def test_strangers_refuse_what_we_refuse() -> None:
    note = LOGS[300].note(*WITNESSES).dump()
    assert "error" in opened(note.replace(b"\n300\n", b"\n301\n"))
    assert "error" in opened(note, origin=OTHER_COUNTY)
    assert "error" in opened(ALog(300, OTHER_COUNTY).note(*WITNESSES).dump())
    assert "error" in opened(note.replace(b"\n\n", b"\n"))


def test_we_open_what_strangers_sign_and_cosign() -> None:
    checkpoint = LOGS[300].checkpoint
    plain = SigningKey(WITNESSES[0].name, ED25519, WITNESSES[0].seed)
    signed, cosigned = ask(
        {"do": "sign", "text": checkpoint.text, "keys": [log_key().skey]},
        {"do": "cosign", "text": checkpoint.text, "keys": [plain.skey]},
    )
    assert signed["text"] == LOGS[300].note().dump().decode()
    note = notes.parse(str(cosigned["text"]).encode())
    (verified,) = notes.verify(note, [WITNESSES[0].verifying])
    assert Checkpoint.parse(note.text) == checkpoint
    assert verified.time is not None
    assert verified.time > NOW


def test_strangers_and_we_agree_on_inclusion() -> None:
    chance = Random(6962)  # noqa: S311 - which proofs are shown
    questions = []
    for size, log in LOGS.items():
        for index in {0, size - 1, *(chance.randrange(size) for _ in range(12))}:
            honest = {"leaf": leaf_hash(log.bodies[index]), "index": index, "size": size, "root": log.checkpoint.root}
            proof = log.inclusion(index)
            questions += [honest | {"proof": proof}, honest | {"proof": proof[::-1]}, honest | {"proof": proof, "index": index ^ 1}]
            questions += [honest | {"proof": proof[1:]}, honest | {"proof": proof, "root": leaf_hash(b"another")}]
    answers = ask(*({"do": "verify inclusion"} | question for question in questions))
    ours = []
    for asked in questions:
        try:
            verify_inclusion(asked["leaf"], asked["index"], asked["size"], asked["proof"], asked["root"])
            ours.append(True)
        except ProofError:
            ours.append(False)
    assert [answer.get("holds", False) for answer in answers] == ours
    assert not any("error" in answer for answer in answers)
    assert all(ours[::5])
    assert sum(ours) < len(ours) / 2


def test_strangers_and_we_agree_on_consistency() -> None:
    questions = []
    for size, log in LOGS.items():
        for old in (old for old in SIZES if old <= size):
            roots = {"old_size": old, "old_root": LOGS[old].checkpoint.root, "size": size, "root": log.checkpoint.root}
            proof = log.consistency(old)
            questions += [roots | {"proof": proof}, roots | {"proof": [*proof, proof[0] if proof else leaf_hash(b"")]}]
            questions += [roots | {"proof": proof, "old_root": leaf_hash(b"another")}]
    answers = ask(*({"do": "verify consistency"} | question for question in questions))
    ours = []
    for asked in questions:
        try:
            verify_consistency(asked["old_size"], asked["old_root"], asked["size"], asked["root"], asked["proof"])
            ours.append(True)
        except ProofError:
            ours.append(False)
    assert [answer.get("holds", False) for answer in answers] == ours
    assert not any("error" in answer for answer in answers)
    assert all(ours[::3])


def test_strangers_make_our_proofs_from_our_tiles() -> None:
    for size in (7, 256, 257, 1_000):
        log = LOGS[size]
        tree = {"size": size, "root": log.checkpoint.root, "tiles": {tile.path: data for tile, data in log.tiles.items()}}
        indexes, olds = (0, size // 2, size - 1), (1, size // 2, size - 1)
        made = ask(
            *({"do": "prove inclusion", "index": index} | tree for index in indexes),
            *({"do": "prove consistency", "old_size": old} | tree for old in olds),
        )
        assert [tuple(told_all(answer["hashes"])) for answer in made] == [
            *(log.inclusion(index) for index in indexes),
            *(log.consistency(old) for old in olds),
        ]


def test_strangers_find_tiles_where_we_put_them() -> None:
    tiles = [Tile(0, 0), Tile(0, 999, 1), Tile(1, 1_000), Tile(2, 1_234_067, 255), Tile(7, 7)]
    bundles = [Bundle(0), Bundle(999, 255), Bundle(1_234_067, 8)]
    named = ask(
        *({"do": "name a tile", "level": tile.level, "index": tile.index, "width": tile.width % 256} for tile in tiles),
        *({"do": "name an entry bundle", "index": bundle.index, "width": bundle.width % 256} for bundle in bundles),
    )
    assert [answer["text"] for answer in named] == [one.path for one in (*tiles, *bundles)]


def test_strangers_read_our_entry_bundles() -> None:
    entries = ["一诺".encode(), b"", b"x" * 65_535, *LOGS[257].bodies[:253]]
    (read, cut) = ask(
        {"do": "open an entry bundle", "data": encode_bundle(entries)},
        {"do": "open an entry bundle", "data": encode_bundle(entries)[:-1]},
    )
    assert told_all(read["entries"]) == entries
    assert "error" in cut


def test_strangers_and_we_agree_when_a_quorum_is_met() -> None:
    projects, supervision, province = WITNESSES
    text = "".join(
        [
            f"log {KEYS[0]}\n",
            *(f"witness {key.name} {key.verifying.vkey} https://{key.name}/\n" for key in WITNESSES),
            f"group services any {projects.name} {supervision.name}\n",
            f"group wanted all services {province.name}\n",
            "quorum wanted\n",
        ]
    )
    policy = Policy.parse(text.encode())
    some = [witnesses for n in range(4) for witnesses in combinations(WITNESSES, n)]
    answers = ask(*({"do": "meet a policy", "policy": policy.dump().decode(), "note": LOGS[7].note(*few).dump().decode()} for few in some))
    met = [policy.satisfied_by({key.verifying for key in few}) for few in some]
    assert [answer.get("holds", False) for answer in answers] == met
    assert sum(met) == 3


def test_strangers_check_a_receipt_from_its_text_alone() -> None:
    log = LOGS[1_000]
    text = log.receipt(777, *WITNESSES).dump().decode()
    proof, _, note = text.partition("\n\n")
    first, extra, index, *hashes = proof.split("\n")
    assert (first, index, extra.split(" ")[0]) == ("c2sp.org/tlog-proof@v1", "index 777", "extra")
    (leaf,) = ask({"do": "hash a leaf", "data": extra.split(" ")[1]})
    checkpoint = opened(note.encode())
    question = {"leaf": leaf["root"], "index": 777, "size": checkpoint["size"], "root": checkpoint["root"], "proof": hashes}
    (holds, altered) = ask({"do": "verify inclusion"} | question, {"do": "verify inclusion"} | question | {"leaf": to_base64(bytes(32))})
    assert holds == {"holds": True}
    assert altered == {}
