"""Who asks without a login: nobody's role, and keys of their own."""

from shared.kernel.actor import PUBLIC, SYSTEM, Actor
from shared.kernel.testing import by
from shared.web.requests import command_id_of


def test_a_stranger_holds_no_role_but_that_of_a_stranger() -> None:
    stranger = Actor.anyone()
    assert (stranger.sub, stranger.roles, stranger.unit, stranger.branch) == (PUBLIC, (PUBLIC,), None, None)
    assert not stranger.has(SYSTEM, "citizen", "clerk", "office")


def test_a_stranger_cannot_take_the_key_of_somebody_signed_in() -> None:
    clerk, office, stranger = by("clerk"), by("office"), Actor.anyone()
    assert command_id_of("430523", clerk, "my-key") == command_id_of("430523", office, "my-key")
    assert command_id_of("430523", stranger, "my-key") != command_id_of("430523", clerk, "my-key")
    assert command_id_of("430523", stranger, "my-key") == command_id_of("430523", stranger, "my-key")
