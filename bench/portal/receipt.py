"""A need said on the web page, as anybody says it, and the receipt that comes of it."""

import re

from bench.material import DETAIL, TITLE
from bench.portal.browser import Browser, Opened
from bench.waiting import until

_CODE = re.compile(r"[?&;]code=([0-9A-Z-]{25,31})\"")
_OK, _CREATED = 200, 201
_PROOF_SECONDS = 60.0


def said(browser: Browser, town: str) -> tuple[Opened, str]:
    """Return the receipt's page and the query code on it, once what was said is signed for; RuntimeError where there is none."""
    told = {"kind": "need", "title": TITLE, "detail": DETAIL, "town": town}
    receipt = browser.send("~/new", step="who", name="", phone="", **told)
    code = _CODE.search(receipt.text)
    if receipt.status != _CREATED or code is None:
        raise RuntimeError(f"no receipt: {receipt.status}")
    until(lambda: browser.open(f"~/track/{code[1]}/proof").status == _OK, "the proof of what was said", _PROOF_SECONDS)
    return receipt, code[1]
