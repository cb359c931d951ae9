"""A county in the middle of its work: a campaign's thousands of facts, and beside them one of everything that waits for somebody."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from campaigns import DEFAULT_SEED
from campaigns.api import Api
from campaigns.calls import Actor
from campaigns.county import load_county
from campaigns.demo import people
from campaigns.plan import plan_of
from campaigns.run import AT_ONCE, carry_out
from campaigns.sender import connected
from deploy.embedded.stack import Stack
from tests.support.cast import GOOD, Cast
from tests.support.client import FENG, SHAOYANG, Person, Platform
from tests.support.cookies import Browser
from tests.support.pictures import picture
from tests.support.receivers import Mails, mail_server, until
from tests.support.stack import data_folder, free_port_base

NOW, LATER = "2021-12-16T10:00:00+08:00", "2021-12-21T09:30:00+08:00"
"""After the campaign's last day; and some days later, when some of what was asked for is due and some is late."""
TOWN = f"{SHAOYANG}100"
ASKED = {"name": "陈秀英", "phone": "13800138000"}


@dataclass(frozen=True)
class Busy(Cast):
    """Those of a campaign's people who belong together: a unit's committee, a branch's secretary, a member."""

    member: str = ""

    @property
    def branch(self) -> str:
        """The branch's code."""
        return f"{self.unit}-b1"

    def of(self, role: str, sub: str | None = None) -> Person:
        """Return somebody in a role under the account the campaign knows."""
        return super().of(role, sub or self.account(role))

    def account(self, role: str) -> str:
        """Return the account of somebody in a role."""
        own = {"member": self.member, "branch": f"{self.branch}-secretary", "unit": f"{self.unit}-committee", "leader": "leader-01"}
        return own.get(role, f"{role}-01")


@dataclass
class Things:
    """The people, and the ids of what pages are opened for."""

    cast: Busy
    ids: dict[str, str] = field(default_factory=dict)


@contextmanager
def busy_county() -> Iterator[Things]:
    """Lend a stack of its own with a county in the middle of its work, and a second one that has hardly begun."""
    with data_folder() as folder, mail_server() as mails, httpx.Client(timeout=30, trust_env=False) as http:
        settings = {"YINUO_SMTP": f"127.0.0.1:{mails.port}", "YINUO_SMTP_TLS": "none", "YINUO_SMTP_FROM": "yinuo@example.org"}
        ports = free_port_base()
        with Stack(folder, ports, "simulated", counties=(SHAOYANG, FENG), portal=True, portal_settings=settings) as stack:
            yield busy(Platform(stack, http), mails)


def busy(platform: Platform, mails: Mails) -> Things:
    """Let a county's campaign happen, then let there be one of everything."""
    _campaign(platform)
    _, _, _, _, _, committee, secretary, member = people()[SHAOYANG]
    assert committee.unit is not None
    assert secretary.branch == f"{committee.unit}-b1"
    things = Things(Busy(platform, SHAOYANG, committee.unit, member=member.sub))
    _at(things, NOW)
    for part in (_needs, _projects, _notices, _rounds, _scores, _found):
        part(things)
    platform.still()
    _at(things, LATER)
    platform.still()
    _subscribed(things, mails)
    return things


def _campaign(platform: Platform) -> None:
    def token(county: str, actor: Actor) -> str:
        return platform.issuer.issue((actor.role,), county, sub=actor.sub, unit=actor.unit, branch=actor.branch)

    async def go() -> None:
        async with connected(platform.urls, AT_ONCE) as clients:
            await carry_out(plan_of(load_county(SHAOYANG, "small"), DEFAULT_SEED), Api(clients, SHAOYANG, token), lambda *_: None)

    with ThreadPoolExecutor(1) as aside:  # a browser that is open keeps this thread's loop
        aside.submit(lambda: asyncio.run(go())).result()


def _at(things: Things, moment: str) -> None:
    """Let the county's clock come to a moment: the office compiles figures then."""
    body = {"purpose": "bulletin", "first_on": "2021-11-01", "last_on": moment[:10]}
    said = things.cast.of("office").do("supervision", "figures", body, {"Simulated-Time": moment})
    things.ids["figures"] = str(said["id"])


def _need(things: Things, title: str, detail: str, petitioner: Mapping[str, str] | None = None) -> dict[str, Any]:
    body = {"kind": "need", "channel": "counter", "title": title, "detail": detail, "town": TOWN, "petitioner": petitioner}
    return things.cast.of("clerk").do("intake", "needs", body)


def _shown(things: Things, said: Mapping[str, Any], colour: str) -> tuple[str, str]:
    """Show a photo with a need's query code; return the code and the receipt's number."""
    cast, need = things.cast, str(said["id"])
    receipt = cast.of("clerk").get("intake", f"needs/{need}/receipts", min_position=said["position"]).json()["items"][0]
    url = f"{cast.platform.urls['intake']}/v1/{cast.county}/tracking/{need}/photos"
    photo = picture("JPEG", colour, (1_200, 900))
    assert cast.platform.http.post(url, content=photo, headers={"Query-Code": receipt["code"]}).status_code == 201
    return str(receipt["code"]), str(receipt["receipt"])


def _needs(things: Things) -> None:
    """One need that was taken up and is in hand, some that nobody has looked at, a wish held and one to be had."""
    cast, ids = things.cast, things.ids
    said = _need(things, "学校门口的路灯坏了三盏", "坏了两个月，孩子放学天已经黑了，老人夜里不敢出门。", ASKED)
    ids["need"] = str(said["id"])
    ids["code"], ids["receipt"] = _shown(things, said, "midnightblue")
    office = cast.of("office")
    office.do("intake", f"needs/{said['id']}/accept")
    office.do("intake", f"needs/{said['id']}/route", {"handling_unit": cast.unit, "responsible_leader": "leader-01"})
    said = _need(things, "村卫生室周末没有人值班", "老人周末看病要走十里路到镇上。", ASKED)
    ids["new-need"] = str(said["id"])
    _shown(things, said, "gray")
    for title in ("集镇菜市场排水沟堵塞", "陡坡弯道没有护栏，雨天路滑"):
        _need(things, title, "群众多次反映，希望尽快处理。")
    for title in ("给独居的李奶奶换一台电热水壶", "想要一副老花镜"):
        body = {"kind": "micro-wish", "channel": "counter", "title": title, "detail": title, "town": TOWN, "petitioner": None}
        ids["wish"] = str(cast.of("clerk").do("intake", "needs", body)["id"])
        office.do("intake", f"wishes/{ids['wish']}/publish")
    cast.of("member").do("intake", f"wishes/{ids['wish']}/claim")


def _project(things: Things, title: str, *need_ids: str) -> str:
    cast = things.cast
    body = {"title": title, "level": "member", "unit": cast.unit, "branch": cast.branch, "need_ids": list(need_ids)}
    return str(cast.of("unit", "proposer").do("projects", "projects", {**body, "planned_completion": "2022-03-31"})["id"])


def _projects(things: Things) -> None:
    """A project to review, one to claim, one in hand, one declared complete, one scored; and an exemption proposed."""
    cast, ids, member = things.cast, things.ids, things.cast.of("member")
    for name, title in (
        ("to-review", "为社区老年活动室添置取暖设备"),
        ("to-claim", "帮三户困难家庭修缮漏雨的屋顶"),
        ("complete", "清理村口堆放多年的垃圾"),
        ("scored", "为留守儿童开办周末作业辅导"),
        ("claimed", "给村小学建一个图书角"),
    ):
        ids[name] = _project(things, title)
    ids["project"] = cast.propose(ids["need"])
    for name in ("to-claim", "project", "complete", "scored", "claimed"):
        cast.approve(ids[name])
    member.do("projects", f"projects/{ids['claimed']}/claim")
    for name in ("project", "complete", "scored"):
        member.do("projects", f"projects/{ids[name]}/claim")
        promise = {"promise": "月底前全部办好，办好一处请群众看一处。", "complete_by": "2021-12-24", "venue": "television"}
        member.do("projects", f"projects/{ids[name]}/pledge", promise)
        percent = 40 if name == "project" else 100
        member.do("projects", f"projects/{ids[name]}/progress", {"percent": percent, "text": "材料已经买回，正在施工。"})
    for name in ("complete", "scored"):
        member.do("projects", f"projects/{ids[name]}/completion", {"summary": "已经全部办好，群众看过都满意。"})
        cast.judge.eventually("scoring", f"verifications/{ids[name]}", status="open")
    cast.score(ids["scored"], GOOD)
    body = {"account": f"{cast.branch}-old", "name": "刘𡈽生", "unit": cast.unit, "branch": cast.branch}
    ids["member-card"] = str(cast.of("office").do("projects", "members", body)["id"])
    proposal = {"account": body["account"], "exemption": "infirm", "evidence": "支部上门看望，镇卫生院诊断证明已核。"}
    cast.of("branch").do("projects", "members/exemption/proposal", proposal)


def _notices(things: Things) -> None:
    """Letters to be signed for, replied to, judged and granted more time; something under listed supervision."""
    cast, ids, office, unit = things.cast, things.ids, things.cast.of("office"), things.cast.of("unit")
    text = "经督查，你单位承诺的实事未按期办结。请立即整改，在规定期限内完成，并书面回复整改情况。"
    for name, title, days in (
        ("notice", "关于路灯整改的督办函", 9),
        ("replied", "关于垃圾清运的督办函", 6),
        ("late", "关于饮水工程的督办函", 2),
        ("asked", "关于校车停靠点的督办函", 8),
    ):
        body = {"kind": "rectification-letter", "title": title, "text": text, "addressees": [cast.unit]}
        body |= {"reply_within": {"days": days, "unit": "calendar"}}
        ids[name] = str(office.do("supervision", "notices", body)["id"])
    for name in ("replied", "asked"):
        unit.do("supervision", f"notices/{ids[name]}/acknowledge")
    unit.do("supervision", f"notices/{ids['replied']}/respond", {"text": "已清运三车，安排专人每周巡查。"})
    extension = {"reply_by": "2022-01-10", "reason": "站牌要等厂家发货。"}
    unit.do("supervision", f"notices/{ids['asked']}/extension", extension)
    body = {"subject": "project", "subject_id": ids["project"], "owner": cast.unit, "criterion": "leader-decision"}
    cast.of("leader").do("supervision", "listings", {**body, "reason": "群众反映强烈，县委挂牌督办。"})


def _rounds(things: Things) -> None:
    """A round with findings, and a hearing that gave tasks."""
    cast, ids, office, inspector = things.cast, things.ids, things.cast.of("office"), things.cast.of("inspector")
    body = {
        "kind": "roving-guidance",
        "title": "岁末巡回督导",
        "plan": "看现场、访群众，逐项核对承诺。",
        "team": ["inspector-01", "inspector-02"],
    }
    body |= {"units": [cast.unit, "jyj", "mzj"], "first_on": "2021-12-15", "last_on": "2021-12-24"}
    ids["round"] = str(office.do("supervision", "rounds", body)["id"])
    at = f"rounds/{ids['round']}"
    inspector.do("supervision", f"{at}/inspections", {"unit": cast.unit, "inspected_on": "2021-12-16"})
    for severity, text in (("serious", "台账写已完成，现场没有开工。"), ("minor", "照片拍得不清楚，看不出在哪里。")):
        inspector.do("supervision", f"{at}/findings", {"unit": cast.unit, "severity": severity, "text": text})
    visited = {"unit": cast.unit, "visited_on": "2021-12-15", "guidance": "看了新装的路灯，问了五户老人；要求月底前把坏的两盏换掉。"}
    cast.of("leader").do("supervision", "visits", visited)
    ids["hearing"] = str(
        office.do("supervision", "hearings", {"title": "12月调度会", "held_on": "2021-12-16", "chaired_by": "leader-01"})["id"]
    )
    at = f"hearings/{ids['hearing']}"
    report = {"unit": cast.unit, "report": "今年认领的实事已办结九成。", "comment": "剩下的几件要盯住，月底见结果。"}
    office.do("supervision", f"{at}/reports", report)
    for text, days in (("把路灯台账补齐，逐盏拍照。", 3), ("走访三十户，听听满意不满意。", 10)):
        office.do("supervision", f"{at}/tasks", {"unit": cast.unit, "text": text, "within": {"days": days, "unit": "working"}})


def _scores(things: Things) -> None:
    """Two months' scores of some units, a survey with answers, the year assessed."""
    cast, ids, office, inspector = things.cast, things.ids, things.cast.of("office"), things.cast.of("inspector")
    for n, unit in enumerate((cast.unit, "jyj", "mzj", "slj", "wjj")):
        for month, more in (("2021-11", 0), ("2021-12", n % 3)):
            points = {"materials": 85 + n + more, "satisfaction": 95 - 2 * n, "awareness": 80 + n, "quality": 90 - more}
            said = inspector.do("scoring", "unit-scores", {"unit": unit, "occasion": month, "points": points, "remark": "台账齐全。"})
            ids.setdefault("unit-score", str(said["id"]))
    questions = [
        {"code": "q1", "text": "您对这件事办得满意吗？", "kind": "rating", "topic": "satisfaction"},
        {"code": "q2", "text": "您知道这件实事是谁办的吗？", "kind": "yes-no", "topic": "awareness"},
    ]
    survey = {"title": "冬季走访满意度调查", "unit": cast.unit, "questions": questions, "respondents": "persons", "sample": 30}
    survey |= {"sampling": "drawn", "until": "2021-12-31"}
    ids["survey"] = str(office.do("scoring", "surveys", survey)["id"])
    for n, rating in enumerate(("very-satisfied", "satisfied", "satisfied", "basically-satisfied", "dissatisfied")):
        answers = [{"question": "q1", "answer": rating}, {"question": "q2", "answer": "no" if n == 3 else "yes"}]
        cast.of("clerk").do("scoring", f"surveys/{ids['survey']}/answers", {"respondent": f"household-{n}", "answers": answers})
    coded = {**survey, "title": "冬季走访答题码调查", "respondents": "codes"}
    ids["coded"] = str(office.do("scoring", "surveys", coded)["id"])
    ids["assessment"] = str(office.do("scoring", "assessments", {"year": 2021, "subject": "unit"})["id"])


def _found(things: Things) -> None:
    """What the campaign has made of the rest."""
    office, ids = things.cast.of("office"), things.ids
    for name, service, path in (
        ("look-back", "scoring", "look-backs"),
        ("check", "projects", "spot-checks"),
        ("watch", "supervision", "watches"),
    ):
        rows = office.see(service, path, limit=500)["items"]
        ids[name] = str(next((row for row in rows if row.get("status") in {"waiting", "watching"}), rows[0])["id"])
    rows = office.see("scoring", "verifications", status="verified", limit=1)["items"]
    ids |= {"signed-off": str(rows[0]["id"]), "unit": things.cast.unit, "county": SHAOYANG}


def _subscribed(things: Things, mails: Mails) -> None:
    """Somebody asks to be told how far the need is; only their mailbox knows where that is confirmed."""
    portal, page = str(things.cast.platform.stack.info.portal), f"/c/{SHAOYANG}/subscribe"
    asked = Browser(things.cast.platform.http, portal).post(page, page, code=things.ids["code"], channel="email", address="li@example.org")
    assert asked.status_code == 200, asked.text
    (mail,) = until(lambda: mails.to("li@example.org"))
    found = re.search(r"/subscriptions/(\S+)", mail.get_content())
    assert found is not None
    things.ids["subscription"] = found[1]
