"""What templates may leave open, and what they may not."""

from jinja2 import StrictUndefined
from jinja2.utils import missing


class Strict(StrictUndefined):
    """Fails on whatever a template names and nobody gave; but it may ask whether an item has a field, a macro whether it has a block."""

    def __bool__(self) -> bool:  # type: ignore[override]
        return self._asked_of_an_item(other=False)

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return self._asked_of_an_item(other=isinstance(other, Strict))

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def _asked_of_an_item(self, *, other: bool) -> bool:
        if self._undefined_obj is missing and self._undefined_name != "caller":
            self._fail_with_undefined_error()
        return other
