"""Whether a verb that changes something may: it only shows what it would do until it is told to, and severe acts name the county."""

import sys
from dataclasses import dataclass

import typer

from cli.exits import CommandError, Exit
from cli.options import ApplyOption, ConfirmOption, NoInputOption, YesOption
from cli.output import Output


@dataclass(frozen=True)
class Consent:
    """Consent to what can be done again or undone: --apply, and a yes where somebody at a terminal can be asked."""

    apply: bool
    asks: bool

    def given(self, out: Output, doing: str) -> bool:
        """Tell whether to go on, once the plan is on stdout; `doing` says in a clause what happens then.

        CommandError where the answer is no.
        """
        if not _told(out, doing, apply=self.apply):
            return False
        if self.asks and not typer.confirm(f"{doing[0].upper()}{doing[1:]}. Go on?", err=True):
            raise CommandError("Nothing was changed.", Exit.DENIED)
        return True


@dataclass(frozen=True)
class SevereConsent:
    """Consent to what nothing takes back: --apply, and the county's code, as an option or at the terminal."""

    apply: bool
    asks: bool
    confirm: str | None

    def given(self, out: Output, doing: str, county: str) -> bool:
        """Tell whether to go on, as Consent does; CommandError where the code is another, or missing and nobody can be asked."""
        if not _told(out, doing, apply=self.apply):
            return False
        said = self.confirm
        if said is None:
            if not self.asks:
                raise CommandError(f"Nothing takes this back: {doing}. Say --confirm={county} as well.", Exit.USAGE)
            said = typer.prompt(f"Nothing takes this back: {doing}. The county's code", err=True)
        if said != county:
            raise CommandError(f"Nothing was changed: '{said}' is not the county this is about, {county}.", Exit.DENIED)
        return True


def consent_of(apply: ApplyOption = False, yes: YesOption = False, no_input: NoInputOption = False) -> Consent:
    """Return what the options say."""
    return Consent(apply, not yes and not no_input and _somebody_is_there())


def severe_consent_of(apply: ApplyOption = False, no_input: NoInputOption = False, confirm: ConfirmOption = None) -> SevereConsent:
    """Return what the options say; --yes is not enough here, so there is none."""
    return SevereConsent(apply, not no_input and _somebody_is_there(), confirm)


def _told(out: Output, doing: str, *, apply: bool) -> bool:
    if not apply:
        out.say(f"Nothing was changed. With --apply, {doing}.")
    return apply


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
