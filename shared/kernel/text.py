"""Texts and codes as they may come in: no control characters, never blank, bounded."""

from typing import Annotated

from pydantic import StringConstraints

_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_PARAGRAPHS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

Name = Annotated[str, StringConstraints(max_length=50, pattern=_LINE)]
"""A person's name: one line, rare characters welcome, 50 characters at most."""
Title = Annotated[str, StringConstraints(max_length=200, pattern=_LINE)]
"""One line of 200 characters at most."""
Remark = Annotated[str, StringConstraints(max_length=1_000, pattern=_PARAGRAPHS)]
"""A reason or remark: 1,000 characters at most."""
Paragraphs = Annotated[str, StringConstraints(max_length=5_000, pattern=_PARAGRAPHS)]
"""A text of several paragraphs: 5,000 characters at most (20 kB in the longest encoding, well inside an event)."""
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{1,22}[0-9]$")]
"""A telephone number as people write it."""
UnitCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,31}$")]
"""An organisation's code within its county: towns have nine digits (GB/T 10114), others the county's own."""
TownCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
"""A town's code: nine digits, the first six the county's (GB/T 10114)."""
Account = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]
"""A token's subject."""
