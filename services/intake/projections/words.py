"""What a need's words are found by when somebody is about to say the same."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.state.grams import grams, signature
from shared.contracts.intake import NeedAnswered, NeedDeclined, NeedMerged, NeedSubmitted, NeedUnmerged
from shared.kernel.envelope import Meta
from shared.kernel.events import Event
from shared.kernel.projection import Projection


@dataclass(slots=True)
class WordsRow:
    """A signature of the pairs of characters a need's title and beginning hold, how many of its bits are set, and what narrows a search.

    Not an array with an inverted index: row-level security lets an index be used only by operators that cannot leak (`=` of texts is
    one of them, those of arrays and jsonb are not), so that it would be passed over. Nor a row for each pair, of which a need has ninety:
    to look through a county's signatures takes as long as to count those.
    """

    need_id: UUID
    town: str | None = None
    kind: str | None = None
    merged: bool = False
    bits: int = 0
    w0: int = 0
    w1: int = 0
    w2: int = 0
    w3: int = 0
    w4: int = 0
    w5: int = 0
    w6: int = 0
    w7: int = 0
    w8: int = 0
    w9: int = 0
    w10: int = 0
    w11: int = 0
    w12: int = 0
    w13: int = 0
    w14: int = 0
    w15: int = 0


NEED_WORDS = Projection("need_words", row=WordsRow, key="need_id")


@NEED_WORDS.on(NeedSubmitted)
def _says(row: WordsRow, event: NeedSubmitted, _meta: Meta) -> None:
    row.town, row.kind = event.town, event.kind
    words = signature(grams(event.title, event.detail))
    row.bits = sum((word & (1 << 64) - 1).bit_count() for word in words)
    for place, word in enumerate(words):
        setattr(row, f"w{place}", word)


@NEED_WORDS.on(NeedMerged)
def _merged(row: WordsRow, _event: NeedMerged, _meta: Meta) -> None:
    row.merged = True


def _stands_alone(row: WordsRow, _event: Event, _meta: Meta) -> None:
    row.merged = False


NEED_WORDS.on(NeedUnmerged)(_stands_alone)
NEED_WORDS.on(NeedDeclined)(_stands_alone)
NEED_WORDS.on(NeedAnswered)(_stands_alone)
