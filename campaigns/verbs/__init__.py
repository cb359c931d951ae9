"""What a line of a county's calendar can say: each verb makes the calls of one phase."""

from collections.abc import Callable, Mapping

from campaigns.county import Entry
from campaigns.things import Cast
from campaigns.verbs.checking import claim_drawn_again, judge_drawn, pledge_drawn_again, review_drawn_again, spot_check
from campaigns.verbs.demonstrations import designate, propose_demonstrations
from campaigns.verbs.hearings import delist, hear, list_supervised
from campaigns.verbs.leaders import register_leaders, tie, visit
from campaigns.verbs.looking_back import complete_again, look_back, revisit, score_again, sign_off_again
from campaigns.verbs.needs import answer, collect, route
from campaigns.verbs.notices import acknowledge, close, issue, judge, judge_again, reply, reply_again, reply_late
from campaigns.verbs.part import Part
from campaigns.verbs.projects import claim, complete, pledge, progress, propose, propose_again, review, review_again
from campaigns.verbs.register import announce, enrol, exempt, organise
from campaigns.verbs.rounds import close_round, leave, revise, rove
from campaigns.verbs.verifying import refuse, score, sign_off
from campaigns.verbs.wishes import claim_wishes, claim_wishes_again, fulfil, give_wishes_back, publish

VERBS: Mapping[str, tuple[str, Callable[[Cast, Entry], Part]]] = {
    "organise": ("登记单位", organise),
    "enrol": ("登记党员", enrol),
    "exempt": ("免除认领", exempt),
    "collect": ("征集", collect),
    "route": ("交办", route),
    "answer": ("答复", answer),
    "publish-wishes": ("发布微心愿", publish),
    "claim-wishes": ("认领微心愿", claim_wishes),
    "give-wishes-back": ("退回微心愿", give_wishes_back),
    "claim-wishes-again": ("再次认领微心愿", claim_wishes_again),
    "fulfil-wishes": ("实现微心愿", fulfil),
    "propose": ("申报", propose),
    "review": ("审核", review),
    "propose-again": ("重新申报", propose_again),
    "review-again": ("再次审核", review_again),
    "claim": ("认领", claim),
    "pledge": ("亮诺", pledge),
    "spot-check": ("抽查", spot_check),
    "judge-drawn": ("抽查审核", judge_drawn),
    "review-drawn-again": ("抽查后再审", review_drawn_again),
    "claim-drawn-again": ("重新认领", claim_drawn_again),
    "pledge-drawn-again": ("重新亮诺", pledge_drawn_again),
    "progress": ("进展", progress),
    "complete": ("办结", complete),
    "score": ("评分", score),
    "sign-off": ("销号", sign_off),
    "refuse": ("不予销号", refuse),
    "issue": ("发文", issue),
    "acknowledge": ("签收", acknowledge),
    "reply": ("回复", reply),
    "judge": ("审阅回复", judge),
    "reply-again": ("再次回复", reply_again),
    "reply-late": ("逾期回复", reply_late),
    "judge-again": ("再次审阅", judge_again),
    "close": ("办结归档", close),
    "rove": ("督查", rove),
    "leave": ("无需整改", leave),
    "revise": ("更新项目", revise),
    "close-round": ("督查结束", close_round),
    "hear": ("听取汇报", hear),
    "list": ("挂牌督办", list_supervised),
    "delist": ("摘牌", delist),
    "announce": ("公布数字", announce),
    "register-leaders": ("登记领导", register_leaders),
    "tie": ("联点", tie),
    "visit": ("联点指导", visit),
    "propose-demonstrations": ("申报示范项目", propose_demonstrations),
    "designate": ("确定示范项目", designate),
    "look-back": ("回头看抽样", look_back),
    "revisit": ("回头看复核", revisit),
    "complete-again": ("再次办结", complete_again),
    "score-again": ("再次评分", score_again),
    "sign-off-again": ("再次销号", sign_off_again),
}
