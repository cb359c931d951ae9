"""What projects knows of needs: that there are some."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.intake import NeedSubmitted
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class KnownNeedRow:
    """A need that intake has told of."""

    need_id: UUID


KNOWN_NEEDS = Projection("known_needs", row=KnownNeedRow, key="need_id")


@KNOWN_NEEDS.on(NeedSubmitted)
def _known(_row: KnownNeedRow, _event: NeedSubmitted, _meta: Meta) -> None:
    """Knowing of it is all."""
