"""Which rule takes which command on a need."""

from collections.abc import Sequence
from typing import assert_never

from services.intake.commands import (
    AcceptNeed,
    AnswerNeed,
    AskForMore,
    AttachPhoto,
    ClaimWish,
    DeclineNeed,
    ErasePetitioner,
    FulfilWish,
    GiveMore,
    GiveMoreByCode,
    GiveWishBack,
    JoinNeed,
    MarkUnowned,
    MergeNeed,
    MissMore,
    PublishWish,
    RateByCode,
    RateNeed,
    RemovePhoto,
    RemovePhotoByCode,
    ReopenNeed,
    RevealPetitioner,
    RouteNeed,
    SubmitNeed,
    ThankByCode,
    UnmergeNeed,
)
from services.intake.decider.closing import answer, decline, rate, rate_by_code, reopen
from services.intake.decider.merging import merge, unmerge
from services.intake.decider.persons import erase, reveal
from services.intake.decider.photos import attach, remove, remove_by_code
from services.intake.decider.taking import join, submit
from services.intake.decider.triage import accept, ask_for_more, give_more, give_more_by_code, mark_unowned, miss_more, route
from services.intake.decider.wishes import claim, fulfil, give_back, publish, thank_by_code
from services.intake.state.need import Need, NeedEvent, evolve
from shared.contracts.intake import INTAKE
from shared.kernel.rules import Asked, Decider

Triage = AcceptNeed | AskForMore | GiveMore | GiveMoreByCode | MissMore | RouteNeed | MarkUnowned
Closing = DeclineNeed | AnswerNeed | RateNeed | RateByCode | ReopenNeed
Wish = PublishWish | ClaimWish | GiveWishBack | FulfilWish | ThankByCode
Shown = AttachPhoto | RemovePhoto | RemovePhotoByCode
NeedCommand = SubmitNeed | JoinNeed | Triage | MergeNeed | UnmergeNeed | Closing | Wish | Shown | RevealPetitioner | ErasePetitioner


def decide(command: NeedCommand, need: Need, asked: Asked) -> Sequence[NeedEvent]:  # noqa: C901, PLR0911, PLR0912 - one way per command
    """Return the facts a command makes."""
    match command:
        case SubmitNeed():
            return submit(command, need, asked)
        case JoinNeed():
            return join(command, need, asked)
        case AcceptNeed():
            return accept(command, need, asked)
        case AskForMore():
            return ask_for_more(command, need, asked)
        case GiveMore():
            return give_more(command, need, asked)
        case GiveMoreByCode():
            return give_more_by_code(command, need, asked)
        case MissMore():
            return miss_more(command, need, asked)
        case RouteNeed():
            return route(command, need, asked)
        case MarkUnowned():
            return mark_unowned(command, need, asked)
        case MergeNeed():
            return merge(command, need, asked)
        case UnmergeNeed():
            return unmerge(command, need, asked)
        case DeclineNeed():
            return decline(command, need, asked)
        case AnswerNeed():
            return answer(command, need, asked)
        case RateNeed():
            return rate(command, need, asked)
        case RateByCode():
            return rate_by_code(command, need, asked)
        case ReopenNeed():
            return reopen(command, need, asked)
        case PublishWish():
            return publish(command, need, asked)
        case ClaimWish():
            return claim(command, need, asked)
        case GiveWishBack():
            return give_back(command, need, asked)
        case FulfilWish():
            return fulfil(command, need, asked)
        case ThankByCode():
            return thank_by_code(command, need, asked)
        case AttachPhoto():
            return attach(command, need, asked)
        case RemovePhoto():
            return remove(command, need, asked)
        case RemovePhotoByCode():
            return remove_by_code(command, need, asked)
        case RevealPetitioner():
            return reveal(command, need, asked)
        case ErasePetitioner():
            return erase(command, need, asked)
        case _:
            assert_never(command)


NEED = Decider(contract=INTAKE, initial=Need(), evolve=evolve, decide=decide)
