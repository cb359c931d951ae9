"""Every page of the portal: by which route, as whom, with what in it; and the addresses that answer with something else than a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.support.browser import Window

_C = "/c/{county}"
_S, _V, _A = f"{_C}/supervision", f"{_C}/scoring", f"{_C}/audit"


@dataclass(frozen=True)
class Look:
    """One page as somebody sees it; braces in `path` are ids of a busy county. No path: it is where the look before has led."""

    name: str
    route: str
    path: str | None
    then: Callable[[Window], None] | None = None
    status: int = 200
    """What the page answers where it is about a refusal."""


def _first_step(window: Window) -> None:
    page = window.page
    page.fill("#title", "桥头的护栏断了一截")
    page.fill("#detail", "放学的孩子每天从这里过，下雨天更滑，怕出事。")
    page.click("text=下一步")
    page.wait_for_selector("#town")


def _second_step(window: Window) -> None:
    window.page.select_option("#town", f"{window.county}100")
    window.page.locator("form.form .btn-primary").click()
    window.page.wait_for_selector("#phone")


def _third_step(window: Window) -> None:
    window.page.fill("#name", "陈秀英")
    window.page.fill("#phone", "13800138000")
    window.page.locator("form.form .btn-primary").click()
    window.page.wait_for_selector(".receipt-code")


def _session_ended(window: Window) -> None:
    """Send a form after one's session has ended, and sign in again: the form is offered once more."""
    window.page.fill("#promise", "过年之前办好，请大家看结果。")
    window.page.fill("#complete_by", "2022-01-20")
    window.context.clear_cookies(name="__Host-yinuo")
    window.page.click("button:has-text('公开承诺')")
    window.page.wait_for_selector("main a:has-text('重新登录')")


def _signed_in_again(window: Window) -> None:
    window.page.click("main a:has-text('重新登录')")
    window.as_before()
    window.page.wait_for_selector("button:has-text('再次提交')")


def _made(window: Window) -> None:
    window.page.fill("#name", "政务大厅一楼")
    window.page.locator("form:has(#name) button").click()
    window.page.wait_for_selector("#made-address")


def _drawn(window: Window) -> None:
    window.page.fill("#codes", "12")
    window.page.click("button:has-text('生成答题码')")
    window.page.wait_for_selector(".codes")


def _proved(window: Window) -> None:
    window.page.click("[data-run]")
    window.page.wait_for_selector("[data-verdict][data-state=yes]")


CITIZENS = (
    Look("counties", "/", "/"),
    Look("sign-in", "/login", "/login?county={county}"),
    Look("home", f"{_C}/", "/c/{county}/"),
    Look("new", f"{_C}/new", "/c/{county}/new"),
    Look("new-where", f"{_C}/new", None, _first_step),
    Look("new-who", f"{_C}/new", None, _second_step),
    Look("receipt", f"{_C}/new", None, _third_step),
    Look("track", f"{_C}/track", "/c/{county}/track"),
    Look("track-found", f"{_C}/track", "/c/{county}/track?code={code}"),
    Look("track-missing", f"{_C}/track", "/c/{county}/track?code=AAAAA-BBBBB", status=404),
    Look("wall", f"{_C}/wall", "/c/{county}/wall"),
    Look("project-public", f"{_C}/projects/{{project_id}}", "/c/{county}/projects/{project}"),
    Look("privacy", f"{_C}/privacy", "/c/{county}/privacy"),
    Look("accessibility", f"{_C}/accessibility", "/c/{county}/accessibility"),
    Look("help", f"{_C}/help", "/c/{county}/help"),
    Look("open", f"{_C}/open", "/c/{county}/open"),
    Look("open-service", f"{_C}/open/{{service}}", "/c/{county}/open/intake"),
    Look("open-events", f"{_C}/open/{{service}}/events", "/c/{county}/open/projects/events"),
    Look("subscribe", f"{_C}/subscribe", "/c/{county}/subscribe?code={code}"),
    Look("subscription", f"{_C}/subscriptions/{{token}}", "/c/{county}/subscriptions/{subscription}"),
    Look("screen-enter", f"{_C}/screen/enter", "/c/{county}/screen/enter"),
    Look("screen-closed", f"{_C}/screen", "/c/{county}/screen", status=403),
    Look("refused", f"{_C}/projects/{{project_id}}", "/c/{county}/projects/nothing", status=404),
)
STAFF: Mapping[str, tuple[Look, ...]] = {
    "member": (
        Look("hall", f"{_C}/hall", "/c/{county}/hall"),
        Look("mine", f"{_C}/mine", "/c/{county}/mine"),
        Look("project-claimed", f"{_C}/projects/{{project_id}}", "/c/{county}/projects/{project}"),
        Look("hall-refused", f"{_C}/triage", "/c/{county}/triage", status=403),
        Look("signed-out", f"{_C}/projects/{{project_id}}", "/c/{county}/projects/{claimed}", _session_ended, status=401),
        Look("again", f"{_C}/again", None, _signed_in_again),
    ),
    "branch": (
        Look("branch-of-branch", f"{_C}/branch", "/c/{county}/branch"),
        Look("scoring-of-branch", _V, "/c/{county}/scoring"),
        Look("verification-to-sign", f"{_V}/verifications/{{project_id:uuid}}", "/c/{county}/scoring/verifications/{scored}"),
        Look("project-of-branch", f"{_C}/projects/{{project_id}}", "/c/{county}/projects/{project}"),
    ),
    "clerk": (
        Look("questionnaires", f"{_C}/surveys", "/c/{county}/surveys"),
        Look("questionnaire", f"{_C}/surveys/{{survey_id:uuid}}", "/c/{county}/surveys/{survey}"),
        Look("triage-of-clerk", f"{_C}/triage", "/c/{county}/triage"),
        Look("new-for-another", f"{_C}/new", "/c/{county}/new"),
    ),
    "unit": (
        Look("branch-of-unit", f"{_C}/branch", "/c/{county}/branch"),
        Look("branch-member", f"{_C}/branch", "/c/{county}/branch?member={member-card}"),
        Look("review", f"{_C}/review", "/c/{county}/review"),
        Look("judge", f"{_C}/review/{{project_id}}", "/c/{county}/review/{to-review}"),
        Look("need-of-unit", f"{_C}/needs/{{need_id}}", "/c/{county}/needs/{need}"),
        Look("supervision-of-unit", _S, "/c/{county}/supervision"),
        Look("notice-to-reply", f"{_S}/notices/{{notice_id:uuid}}", "/c/{county}/supervision/notices/{notice}"),
        Look("tasks-of-unit", f"{_S}/tasks", "/c/{county}/supervision/tasks"),
        Look("calendars", f"{_C}/calendars", "/c/{county}/calendars"),
    ),
    "office": (
        Look("home-of-office", f"{_C}/", "/c/{county}/"),
        Look("triage", f"{_C}/triage", "/c/{county}/triage"),
        Look("need", f"{_C}/needs/{{need_id}}", "/c/{county}/needs/{new-need}"),
        Look("check", f"{_C}/review/checks/{{check_id}}", "/c/{county}/review/checks/{check}"),
        Look("supervision", _S, "/c/{county}/supervision"),
        Look("unowned", f"{_S}/unowned", "/c/{county}/supervision/unowned"),
        Look("notices", f"{_S}/notices", "/c/{county}/supervision/notices"),
        Look("notice-new", f"{_S}/notices/new", "/c/{county}/supervision/notices/new?kind=rectification-letter&unit={unit}"),
        Look("notice-replied", f"{_S}/notices/{{notice_id:uuid}}", "/c/{county}/supervision/notices/{replied}"),
        Look("notice-extension", f"{_S}/notices/{{notice_id:uuid}}", "/c/{county}/supervision/notices/{asked}"),
        Look("watches", f"{_S}/watches", "/c/{county}/supervision/watches?status="),
        Look("watch", f"{_S}/watches/{{watch_id:uuid}}", "/c/{county}/supervision/watches/{watch}"),
        Look("listings", f"{_S}/listings", "/c/{county}/supervision/listings"),
        Look("rounds", f"{_S}/rounds", "/c/{county}/supervision/rounds"),
        Look("round-new", f"{_S}/rounds/new", "/c/{county}/supervision/rounds/new"),
        Look("hearings", f"{_S}/hearings", "/c/{county}/supervision/hearings"),
        Look("hearing", f"{_S}/hearings/{{hearing_id:uuid}}", "/c/{county}/supervision/hearings/{hearing}"),
        Look("tasks", f"{_S}/tasks", "/c/{county}/supervision/tasks"),
        Look("figures-compiled", f"{_S}/figures", "/c/{county}/supervision/figures"),
        Look("compilation", f"{_S}/figures/{{figures_id:uuid}}", "/c/{county}/supervision/figures/{figures}"),
        Look("scoring", _V, "/c/{county}/scoring"),
        Look("verification", f"{_V}/verifications/{{project_id:uuid}}", "/c/{county}/scoring/verifications/{signed-off}"),
        Look("units", f"{_V}/units", "/c/{county}/scoring/units"),
        Look("unit-score", f"{_V}/units/{{score_id:uuid}}", "/c/{county}/scoring/units/{unit-score}"),
        Look("look-backs", f"{_V}/look-backs", "/c/{county}/scoring/look-backs"),
        Look("look-back", f"{_V}/look-backs/{{look_back_id:uuid}}", "/c/{county}/scoring/look-backs/{look-back}"),
        Look("surveys", f"{_V}/surveys", "/c/{county}/scoring/surveys"),
        Look("survey-new", f"{_V}/surveys/new", "/c/{county}/scoring/surveys/new"),
        Look("survey", f"{_V}/surveys/{{survey_id:uuid}}", "/c/{county}/scoring/surveys/{survey}"),
        Look("survey-codes", f"{_V}/surveys/{{survey_id:uuid}}", "/c/{county}/scoring/surveys/{coded}", _drawn, status=201),
        Look("annual", f"{_V}/annual", "/c/{county}/scoring/annual"),
        Look("assessment", f"{_V}/annual/{{assessment_id:uuid}}", "/c/{county}/scoring/annual/{assessment}?code={unit}"),
        Look("signs", f"{_V}/signs", "/c/{county}/scoring/signs"),
        Look("kiosks", f"{_C}/screen/kiosks", "/c/{county}/screen/kiosks", _made),
        Look("dashboard", f"{_C}/figures", "/c/{county}/figures"),
    ),
    "leader": (Look("visits", f"{_S}/visits", "/c/{county}/supervision/visits"),),
    "inspector": (Look("round", f"{_S}/rounds/{{round_id:uuid}}", "/c/{county}/supervision/rounds/{round}?unit={unit}"),),
    "auditor": (
        Look("audit", _A, "/c/{county}/audit"),
        Look("audit-story", _A, "/c/{county}/audit?id={receipt}"),
        Look("audit-event", f"{_A}/events/{{source}}/{{position}}", "/c/{county}/audit/events/intake/1", _proved),
        Look("past", f"{_A}/past", "/c/{county}/audit/past?list=projects&as_of_position=1500"),
        Look("past-compared", f"{_A}/past", "/c/{county}/audit/past?list=projects&as_of_position=2000&against=@1000"),
    ),
    "operator": (Look("operators", f"{_C}/operators", "/c/{county}/operators"),),
}
SCREEN = Look("screen", f"{_C}/screen", "/c/{county}/screen")
"""Looked at on walls of two sizes."""

NOT_PAGES: Mapping[str, str] = {
    f"{_C}/screen/parts/{{name}}": "a part of the big screen",
    f"{_C}/open/{{service}}/{{name}}.json": "a description",
    f"{_C}/track/{{code}}/proof": "a proof to keep",
    f"{_C}/receipt/{{of}}": "the receipt, as it is shown when something is said",
    f"{_C}/held/{{secret}}": "a picture",
    f"{_C}/track/{{code}}/photos/{{photo_id}}": "a picture",
    f"{_C}/needs/{{need_id}}/photos/{{photo_id}}": "a picture",
    f"{_C}/projects/{{project_id}}/evidence/{{evidence_id}}": "a picture",
    f"{_S}/notices/{{notice_id:uuid}}/letter": "a document",
    f"{_A}/events/{{source}}/{{position}}/raw": "an event's bytes",
    f"{_A}/events/{{source}}/{{position}}/proof": "a proof to keep",
    f"{_C}/calendar/{{unit}}.ics": "a calendar",
    "/accessibility": "the way to a county's page",
    "/login/done": "the way back from signing in",
    "/v1/{county}/stream": "a stream",
    "/v1/{county}/snapshot": "JSON",
    "/open/{county}/index.json": "JSON",
    "/open/{county}/{file}": "open data",
}
"""What is answered there instead of a page."""
SEEN = frozenset(look.route for look in (*CITIZENS, *(look for looks in STAFF.values() for look in looks), SCREEN))
