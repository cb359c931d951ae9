"""The projects list over HTTP: claims and promises in the open, spot checks, the register's years, and what adds up."""

import hashlib
from typing import Any

from tests.support.cast import PRINCIPLES, Cast, at
from tests.support.client import FENG, SHAOYANG, Person, Platform

FAILED = [{"principle": principle, "met": principle != PRINCIPLES[0], "reason": "并非群众急需。"} for principle in PRINCIPLES]


def standing(person: Person, **wanted: Any) -> list[dict[str, Any]]:
    return list(person.see("projects", "claiming", **wanted)["items"])


def colleague(cast: Cast, name: str) -> Person:
    member = {"account": name, "name": "李𠮷", "unit": cast.unit, "branch": cast.branch}
    cast.of("office").do("projects", "members", member)
    return cast.of("member", name)


def test_a_promise_is_seen_by_everybody_first_and_as_it_is_now(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "pledge").registered()
    project = cast.propose(headers=at("2021-11-02T09:00:00"))
    cast.approve(project)
    cast.of("member").do("projects", f"projects/{project}/claim")
    promise = {"promise": "月底前亮灯。", "complete_by": "2999-12-01", "venue": "television"}
    cast.of("member").do("projects", f"projects/{project}/pledge", promise)
    last = cast.of("member").do("projects", f"projects/{project}/extension", {"complete_by": "2999-12-15", "reason": "连续降雨"})
    asking = cast.of("unit").see("projects", "projects", unit="pledge", extension_asked=True, min_position=last["position"])
    assert [each["id"] for each in asking["items"]] == [project]
    last = cast.of("unit").do("projects", f"projects/{project}/extension/approval")
    answer = platform.http.get(
        f"{platform.urls['projects']}/v1/{SHAOYANG}/pledges", params={"unit": "pledge", "min_position": last["position"]}
    )
    assert answer.status_code == 200
    (shown,) = answer.json()["items"]
    assert (shown["first_complete_by"], shown["complete_by"]) == ("2999-12-01", "2999-12-15")
    assert [(each["kind"], each["reason"]) for each in shown["amendments"]] == [("extended", "连续降雨")]
    assert "member-pledge" not in answer.text
    for unknown, status in (("431199/pledges", 404), (f"{SHAOYANG}/pledges?status=lost", 422), (f"{SHAOYANG}/projects", 401)):
        assert platform.http.get(f"{platform.urls['projects']}/v1/{unknown}").status_code == status


def test_who_must_claim_and_has_not_is_counted_as_claims_come_and_go(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "duty").registered()
    office, unit, member, wang = cast.of("office"), cast.of("unit"), cast.of("member"), colleague(cast, "wang-duty")
    chen = colleague(cast, "chen-duty")
    evidence = {"account": "chen-duty", "exemption": "infirm", "evidence": "诊断证明已核。"}
    last = cast.of("branch").do("projects", "members/exemption/proposal", evidence)
    (waiting,) = unit.see("projects", "exemptions", status="proposed", min_position=last["position"])["items"]
    assert (waiting["evidence"], waiting["exemption"]) == ("诊断证明已核。", "infirm")
    unit.do("projects", "members/exemption/approval", {"account": "chen-duty", "reason": "属实"})
    project = cast.propose()
    cast.approve(project)
    assert chen.refused("projects", f"projects/{project}/claim") == "member_exempt"
    member.do("projects", f"projects/{project}/claim")
    last = wang.do("projects", f"projects/{project}/team")
    for organisation in standing(office, unit="duty", min_position=last["position"]):
        counts = {name: organisation[name] for name in ("members", "exempt", "must_claim", "claimed", "missing")}
        assert counts == {"members": 3, "exempt": 1, "must_claim": 2, "claimed": 2, "missing": 0}
    assert standing(unit, missing=True) == []
    handed = member.do("projects", f"projects/{project}/claim/transfer", {"to": "wang-duty", "reason": "外出务工"})
    (branch,) = standing(cast.of("branch"), min_position=handed["position"])
    assert (branch["id"], branch["claimed"], branch["missing"]) == (cast.branch, 1, 1)
    (missing,) = unit.see("projects", "members", exempt=False, claimed=False)["items"]
    assert (missing["name"], missing["claims"]) == ("刘𡈽生", 0)
    back = wang.do("projects", f"projects/{project}/claim/return", {"reason": "外派"})
    assert unit.see("projects", "members", exempt=False, claimed=False, min_position=back["position"])["items"][1]["name"] == "李𠮷"
    assert office.see("projects", "figures")["claiming"]["missing"] >= 2


def test_a_spot_check_is_drawn_so_that_anyone_can_draw_it_again(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "check").registered()
    office = cast.of("office")
    projects = [cast.propose() for _ in range(11)]
    for project in projects:
        cast.approve(project)
    last = cast.pledge(projects[0])
    office.see("projects", "figures", min_position=last["position"])
    check = office.do("projects", "spot-checks", {"unit": "check"})
    drawn = office.see("projects", f"spot-checks/{check['id']}", min_position=check["position"])
    assert (drawn["candidates"], drawn["percent"], drawn["drawn"]) == (11, 10, 2)
    by_hand = sorted(projects, key=lambda project: hashlib.sha256(f"{drawn['seed']}:{project}".encode()).digest())
    assert drawn["project_ids"] == by_hand[:2]
    assert drawn["digest"] == hashlib.sha256("".join(f"{project}\n" for project in sorted(projects)).encode()).hexdigest()
    left = next(project for project in projects if project not in drawn["project_ids"])
    judge = f"spot-checks/{check['id']}/projects"
    assert office.refused("projects", f"{judge}/{left}/review", {"verdicts": FAILED}) == "project_not_drawn"
    failed = office.do("projects", f"{judge}/{by_hand[0]}/review", {"verdicts": FAILED})
    assert office.see("projects", f"projects/{by_hand[0]}", min_position=failed["position"])["status"] == "proposed"
    (listed,) = office.see("projects", "spot-checks", unit="check", open=True)["items"]
    assert (listed["passed"], listed["failed"]) == (0, 1)
    assert cast.of("member").refused("projects", f"projects/{by_hand[0]}/claim") == "project_not_approved"
    cast.approve(by_hand[0])
    assert [each["outcome"] for each in office.see("projects", f"projects/{by_hand[0]}/submissions")["items"]] == ["approved"]


def test_a_returned_project_is_mended_and_the_difference_read(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "mend").registered()
    project = cast.propose()
    cast.of("unit").do("projects", f"projects/{project}/review", {"verdicts": FAILED})
    mended = {"title": "修好三盏路灯", "planned_completion": "2999-12-31"}
    last = cast.of("unit", "proposer").do("projects", f"projects/{project}/proposal", mended)
    first, second = cast.of("unit").see("projects", f"projects/{project}/submissions", min_position=last["position"])["items"]
    assert (first["outcome"], second["changes"]["title"]["after"]) == ("returned", "修好三盏路灯")


def test_organisations_and_leaders_come_in_the_official_order_with_their_years(platform: Platform) -> None:
    cast = Cast(platform, FENG, "order").registered()
    office = cast.of("office")
    for code, order in (("order-b", 2), ("order-a", 1), ("order-c", 2)):
        office.do("projects", "organisations", {"code": code, "name": code, "kind": "branch", "parent": "order", "order": order})
    office.do("projects", "organisations/name", {"code": "order-a", "name": "第一支部", "valid_from": "2021-06-01"})
    last = office.do("projects", "organisations/order", {"code": "order-c", "order": 1})
    pages, after = [], "0"
    while after is not None:
        page = office.see("projects", "organisations", parent="order", limit=1, after=after, min_position=last["position"])
        pages += page["items"]
        after = page["next"]
    assert [item["id"] for item in pages] == ["order-1", "order-a", "order-c", "order-b"]
    assert [former["name"] for former in pages[1]["former_names"]] == ["order-a"]
    for account, order in (("leader-b", 2), ("leader-a", 1)):
        office.do("projects", "leaders", {"account": account, "name": "周𡈽", "post": "县委常委", "order": order})
        tie = {"account": account, "organisation": "order", "tied_from": "2021-05-10"}
        last = office.do("projects", "leaders/contact-points", tie)
    listed = office.see("projects", "leaders", min_position=last["position"])["items"]
    assert [(item["account"], item["name"]) for item in listed] == [("leader-a", "周𡈽"), ("leader-b", "周𡈽")]
    release = {"account": "leader-a", "organisation": "order", "until": "2021-10-31", "reason": "分工调整"}
    last = office.do("projects", "leaders/contact-points/release", release)
    points = office.see("projects", "contact-points", organisation="order", min_position=last["position"])["items"]
    assert [(item["account"], item["until"]) for item in points] == [("leader-a", "2021-10-31"), ("leader-b", None)]
    (current,) = office.see("projects", "contact-points", current=True)["items"]
    assert current["account"] == "leader-b"
    office.do("projects", "organisations/dissolution", {"code": "order-b", "valid_to": "2021-06-30", "reason": "合并"})
    late = {"account": "late", "name": "赵", "unit": "order", "branch": "order-b"}
    assert office.refused("projects", "members", late, at("2021-11-01T09:00:00")) == "organisation_dissolved"


def test_demonstration_projects_stay_within_the_quota_that_is_watched(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "demo").registered()
    office, unit = cast.of("office"), cast.of("unit")
    projects = [cast.propose() for _ in range(3)]
    for project in projects:
        cast.approve(project)
        cast.pledge(project)
        body = {"whose": "committee", "holder": "demo", "project_id": project}
        unit.do("projects", "demonstrations", {**body, "reason": "可复制"})
    (below,) = [
        each for each in office.see("projects", "demonstrations/quotas", standing="below", limit=500)["items"] if each["id"] == "demo"
    ]
    assert (below["designated"], below["least"], below["most"]) == (0, 1, 2)
    for project in projects[:2]:
        last = office.do("projects", "demonstrations/designation", {"whose": "committee", "holder": "demo", "project_id": project})
    third = {"whose": "committee", "holder": "demo", "project_id": projects[2]}
    assert office.refused("projects", "demonstrations/designation", third) == "demonstration_quota_full"
    within = office.see("projects", "demonstrations/quotas", standing="within", limit=500, min_position=last["position"])["items"]
    assert [each["designated"] for each in within if each["id"] == "demo"] == [2]
    listed = office.see("projects", "demonstrations", holder="demo", status="designated")["items"]
    assert [each["id"] for each in listed] == projects[:2]
    assert office.see("projects", "demonstrations/quotas", whose="leader")["next"] is None


def test_the_register_adds_up_and_names_the_figure_that_does_not(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "ledger").registered()
    office, unit = cast.of("office"), cast.of("unit")
    kept, gone, merged = (cast.propose(headers=at("2022-03-01T09:00:00")) for _ in range(3))
    for project in (kept, gone, merged):
        cast.approve(project, at("2022-03-02T09:00:00"))
    office.do("projects", f"projects/{gone}/withdrawal", {"reason": "上级统一安排"}, at("2022-03-03T09:00:00"))
    unit.do("projects", f"projects/{merged}/merging", {"into": kept, "reason": "重复"}, at("2022-03-03T10:00:00"))
    office.eventually("projects", f"projects/{merged}", status="merged", merged_into=kept)
    now = office.see("projects", "ledger")
    assert now["verdict"] == "reconciled", now
    total = now["total"]
    assert total["opened"] == total["open"] + total["signed_off"] + total["withdrawn"] + total["merged"]
    assert (total["withdrawn"], total["merged"]) >= (1, 1)
    earlier = office.see("projects", "ledger", on="2022-03-02")
    assert earlier["total"]["opened"] == total["opened"]
    assert earlier["total"]["open"] > total["open"]
    announced = {
        "label": "党员实事台账",
        "levels": ["member"],
        "figure": 10_000,
        "announced_on": "2022-03-31",
        "source": "公布10000件。",
    }
    last = office.do("projects", "announcements", announced)
    said = office.see("projects", "ledger", min_position=last["position"])
    (difference,) = said["differences"]
    assert (said["verdict"], difference["kind"], difference["announced"]) == ("differences", "announced", 10_000)
    assert office.see("projects", "announcements")["items"][0]["figure"] == 10_000
