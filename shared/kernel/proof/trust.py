"""Whom a verifier trusts (c2sp.org/tlog-policy): logs, witnesses, and how many of those must have cosigned a checkpoint."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.encoding import to_number
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import VerifyingKey
from shared.kernel.proof.notes import Verified, parse, verified

NONE = "none"
"""The quorum of a policy that asks for no witness."""

_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_SPACES = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose checkpoints are accepted; its key's name is its origin."""

    key: VerifyingKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness under the name that the policy gives it."""

    name: str
    key: VerifyingKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses and earlier groups, of which at least `threshold` must have cosigned for the group to have done so."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A checkpoint that a policy accepts: signed by which log, cosigned by which of the policy's witnesses and when."""

    checkpoint: Checkpoint
    log: VerifyingKey
    witnesses: tuple[Verified, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A trust policy, as `parse` or `k_of_n` make it. Names are compared byte by byte; what is no UTF-8 in them is kept escaped."""

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the policy of a file.

        ProofError with the `line` at fault: `policy_malformed`, `policy_name_taken`, `policy_name_unknown`, `policy_key_taken`,
        `key_unfit`, or as `VerifyingKey.parse`; without it `policy_without_quorum`.
        """
        forbidden = _FORBIDDEN.search(data)
        if forbidden or not data.endswith(b"\n"):
            raise ProofError("policy_malformed", line=data.count(b"\n", 0, forbidden.start() if forbidden else len(data)) + 1)
        reading = _Reading()
        for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), start=1):
            words = _SPACES.split(line.strip(" \t"))
            if words != [""] and not words[0].startswith("#"):
                reading.read(words, number)
        if reading.quorum is None:
            raise ProofError("policy_without_quorum")
        return cls(tuple(reading.logs), tuple(reading.witnesses), tuple(reading.groups), reading.quorum)

    @classmethod
    def k_of_n(cls, logs: Iterable[VerifyingKey], witnesses: Iterable[VerifyingKey], k: int) -> Self:
        """Return the policy "any of these logs, cosigned by k of these witnesses"; ProofError as `parse`."""
        keys = tuple(witnesses)
        quorum = f"{k}-of-{len(keys)}" if k else NONE
        lines = [f"log {key.vkey}" for key in logs]
        lines += [f"witness {key.name} {key.vkey}" for key in keys]
        lines += [f"group {quorum} {k} {' '.join(key.name for key in keys)}"] if k else []
        return cls.parse("".join(f"{line}\n" for line in (*lines, f"quorum {quorum}")).encode())

    def dump(self) -> bytes:
        """Return the policy as a file that `parse` reads."""
        lines = [["log", log.key.vkey, log.url or ""] for log in self.logs]
        lines += [["witness", witness.name, witness.key.vkey, witness.url or ""] for witness in self.witnesses]
        lines += [["group", group.name, str(group.threshold), *group.members] for group in self.groups]
        text = "".join(f"{' '.join(words).rstrip()}\n" for words in (*lines, ["quorum", self.quorum]))
        return text.encode("utf-8", "surrogateescape")

    def satisfied_by(self, keys: Collection[VerifyingKey]) -> bool:
        """Whether cosignatures by these keys make up the quorum."""
        done = {witness.name for witness in self.witnesses if witness.key in keys}
        for group in self.groups:  # a group names only what stands before it
            if len(done.intersection(group.members)) >= group.threshold:
                done.add(group.name)
        return self.quorum == NONE or self.quorum in done

    def accept(self, note: bytes, *, origin: str | None = None) -> Accepted:
        """Return the checkpoint in a signed note that meets this policy, of the log with this origin if one is named.

        ProofError `log_unknown`, `origin_unexpected`, `log_signature_missing`, `signature_invalid`, `too_few_witnesses`; as
        `notes.parse` and `Checkpoint.parse` where the form is wrong.
        """
        opened = parse(note)
        checkpoint = Checkpoint.parse(opened.text)
        if origin is not None and checkpoint.origin != origin:
            raise ProofError("origin_unexpected", origin=checkpoint.origin, expected=origin)
        logs = [log.key for log in self.logs if log.key.name == checkpoint.origin]
        if not logs:
            raise ProofError("log_unknown", origin=checkpoint.origin)
        by_log = verified(opened, logs)
        if not by_log:
            raise ProofError("log_signature_missing", origin=checkpoint.origin)
        by_witnesses = verified(opened, [witness.key for witness in self.witnesses])
        if not self.satisfied_by({one.key for one in by_witnesses}):
            raise ProofError("too_few_witnesses", quorum=self.quorum, cosigned=[one.key.name for one in by_witnesses])
        return Accepted(checkpoint, by_log[0].key, by_witnesses)


class _Reading:
    """A policy file half read: what its lines have defined so far."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._names = {NONE}
        self._members = {NONE}

    def read(self, words: Sequence[str], line: int) -> None:
        """Take in one line; ProofError with its number."""
        try:
            match words:
                case ["log", vkey, *url]:
                    self._log(vkey, url)
                case ["witness", name, vkey, *url]:
                    self._witness(name, vkey, url)
                case ["group", name, threshold, member, *members]:
                    self._group(name, threshold, [member, *members])
                case ["quorum", name]:
                    self._quorum(name)
                case _:
                    raise ProofError("policy_malformed")  # noqa: TRY301 - given its line below, as all others
        except ProofError as fault:
            raise ProofError(fault.code, **{**fault.details, "line": line}) from None

    def _log(self, vkey: str, url: list[str]) -> None:
        key = VerifyingKey.parse(vkey)
        _check_key(key, [log.key for log in self.logs], timed=False)
        self.logs.append(Log(key, _only(url)))

    def _witness(self, name: str, vkey: str, url: list[str]) -> None:
        key = VerifyingKey.parse(vkey)
        _check_key(key, [witness.key for witness in self.witnesses], timed=True)
        self._define(name)
        self.witnesses.append(Witness(name, key, _only(url)))

    def _group(self, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            self._check_defined(member)
            if member in self._members:
                raise ProofError("policy_name_taken", name=member)
            self._members.add(member)
        words = {"any": 1, "all": len(members)}
        least = words[threshold] if threshold in words else to_number(threshold, "policy_malformed")
        if not 1 <= least <= len(members):
            raise ProofError("policy_malformed")
        self._define(name)
        self.groups.append(Group(name, least, tuple(members)))

    def _quorum(self, name: str) -> None:
        self._check_defined(name)
        if self.quorum is not None:
            raise ProofError("policy_malformed")
        self.quorum = name

    def _define(self, name: str) -> None:
        if name in self._names:
            raise ProofError("policy_name_taken", name=name)
        self._names.add(name)

    def _check_defined(self, name: str) -> None:
        if name not in self._names:
            raise ProofError("policy_name_unknown", name=name)


def _check_key(key: VerifyingKey, others: Iterable[VerifyingKey], *, timed: bool) -> None:
    if key.algorithm.timed is not timed:
        raise ProofError("key_unfit", name=key.name)
    if any(key.public == other.public for other in others):
        raise ProofError("policy_key_taken", name=key.name)


def _only(url: list[str]) -> str | None:
    if len(url) > 1:
        raise ProofError("policy_malformed")
    return url[0] if url else None
