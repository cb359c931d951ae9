"""Keycloak with the committed realm: people sign in at it and are let in by portal and services, until it says they are not."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deploy.embedded.failures import DependencyDownError
from services.portal.login.sessions import COOKIE
from tests.support.browsing import Browser, Shown
from tests.support.client import FENG, SHAOYANG, TOWN, Person
from tests.support.faults import faults_of
from tests.support.keycloak import CLIENT_SECRET, REALM_FILE, VERSION, distribution
from tests.support.keycloak_realm import ELSEWHERE, World, fill_in, token, world
from tests.support.streams import Reading

SAID = {"title": "桥面塌了", "detail": "河上的桥面塌了一块，孩子上学要绕路。", "town": TOWN}
NEED = {**SAID, "kind": "need", "channel": "website", "petitioner": None}


@pytest.fixture(scope="module")
def there() -> Iterator[World]:
    with world() as found:
        yield found


def sign_in(there: World, account: str, county: str, wants: str) -> tuple[Browser, Browser, Shown]:
    """Ask for a page, sign in at Keycloak, and come back; return both ways of the browser and the page."""
    browser, at_keycloak = there.visitor(), there.at_keycloak()
    to_login = browser.file(f"/c/{county}{wants}")
    assert to_login.status_code == 303
    started = browser.file(to_login.headers["location"])
    back = fill_in(at_keycloak, started.headers["location"], account)
    assert back.status_code == 302, back.text
    return browser, at_keycloak, browser.get(back.headers["location"])


def test_compose_runs_the_very_version_that_is_tried_here() -> None:
    compose = yaml.safe_load((REALM_FILE.parents[2] / "docker-compose.yml").read_text(encoding="utf-8"))
    assert compose["services"]["keycloak"]["image"] == f"keycloak/keycloak:{VERSION}"


def test_somebody_signs_in_with_what_the_realm_says_of_them_and_out_again(there: World) -> None:
    browser, at_keycloak, page = sign_in(there, "unit-wang", SHAOYANG, "/mine")
    assert (page.status, page.address) == (200, f"{there.portal}/c/{SHAOYANG}/mine")
    assert browser.cookies[COOKIE].startswith(f"{SHAOYANG}.")
    assert "单位党组织" in page.text
    assert "unit-wang" in page.text
    assert browser.get(f"/c/{SHAOYANG}/operators").status == 403
    out = browser.send(next(form for form in page.read.forms if form.action == "/logout"))
    assert COOKIE not in browser.cookies
    ended = at_keycloak.file(out.link("继续"))
    assert (ended.status_code, ended.headers["location"]) == (302, f"{there.portal}/c/{SHAOYANG}/")
    again = at_keycloak.get(browser.file(f"/login?county={SHAOYANG}").headers["location"])
    assert any("password" in form.names for form in again.read.forms), "Keycloak asks for the password anew"


def test_a_command_given_on_a_page_is_carried_out_under_the_account(there: World) -> None:
    browser, _, page = sign_in(there, "office-lin", SHAOYANG, "/triage")
    assert page.status == 200
    office = Person(there.platform, SHAOYANG, token(there.keycloak, "office-lin"))
    said = office.do("intake", "needs", {**NEED, "channel": "counter"})
    need = said["id"]
    form = browser.get(f"/c/{SHAOYANG}/needs/{need}", after=f"intake@{said['position']}").form(act="route")
    routed = browser.send(form, handling_unit=TOWN, responsible_leader="leader-1")
    assert routed.status == 200, routed.text
    assert [event["type"] for event in office.history("intake", f"needs/{need}")] == ["NeedSubmitted", "NeedRouted"]
    assert {event["actor"] for event in office.history("intake", f"needs/{need}")} == {"office-lin"}


def test_a_visitor_s_words_are_carried_in_under_the_portal_s_own_account(there: World) -> None:
    browser = there.visitor()
    page = browser.get(f"/c/{SHAOYANG}/new")
    for typed in ({"title": SAID["title"], "detail": SAID["detail"]}, {"town": TOWN}, {}):
        page = browser.send(next(form for form in page.read.forms if "step" in form.names and form.method == "post"), **typed)
    assert page.status == 201, page.text
    assert re.search(r"查询码", page.text)
    asked = {"grant_type": "client_credentials", "scope": f"openid visitor:{SHAOYANG}"}
    granted = there.platform.http.post(there.keycloak.protocol("token"), data=asked, auth=("yinuo-portal", CLIENT_SECRET)).json()
    visitor = Person(there.platform, SHAOYANG, granted["access_token"])
    assert visitor.do("intake", "needs", NEED)["id"]
    office = {"code": "x1", "name": "某局", "kind": "department", "order": 9}
    assert visitor.refused("projects", "organisations", office) == "role_not_allowed"
    elsewhere = Person(there.platform, FENG, granted["access_token"])
    assert elsewhere.refused("intake", "needs", NEED) == "county_not_yours"


def test_a_token_of_another_realm_or_county_or_without_a_role_opens_nothing(there: World) -> None:
    stranger = Person(there.platform, SHAOYANG, token(there.keycloak, "office-lin", ELSEWHERE))
    for service in there.platform.urls:
        refused = stranger.get(service, "history")
        assert refused.status_code in {401, 404}, refused.text
    assert stranger.refused("intake", "needs", NEED) == "token_invalid"
    assert Person(there.platform, SHAOYANG, token(there.keycloak, "office-feng")).refused("intake", "needs", NEED) == "county_not_yours"
    guest = Person(there.platform, SHAOYANG, token(there.keycloak, "guest-wu"))
    assert faults_of(guest.post("intake", "needs", NEED), status=401) == []
    _, _, page = sign_in(there, "guest-wu", SHAOYANG, "/mine")
    assert page.status == 400
    assert "您的账号还没有本平台的身份" in page.text


@pytest.mark.parametrize("how", ["session ended", "account disabled"])
def test_whoever_is_let_go_at_keycloak_is_told_what_to_do_and_loses_nothing_typed(there: World, how: str) -> None:
    browser, _, page = sign_in(there, "leaver-zhou", SHAOYANG, "/triage")
    assert page.status == 200
    user = there.keycloak.user("leaver-zhou")["id"]
    if how == "session ended":
        there.keycloak.admin("POST", f"/users/{user}/logout")
    else:
        there.keycloak.admin("PUT", f"/users/{user}", {**there.keycloak.user("leaver-zhou"), "enabled": False})
    told = browser.get(f"/c/{SHAOYANG}/triage")
    assert (told.status, COOKIE in browser.cookies) == (401, False)
    assert "统一身份认证已经结束您的登录。请重新登录；登录不了，请联系县学教办。" in told.text
    back = there.at_keycloak().get(browser.file(told.link("重新登录")).headers["location"])
    assert any("password" in form.names for form in back.read.forms)


def test_a_stream_ends_when_keycloak_ends_the_session(there: World) -> None:
    browser, _, _ = sign_in(there, "office-lin", SHAOYANG, "/triage")
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    with Reading(f"{there.portal}/v1/{SHAOYANG}/stream", {"Cookie": cookies}) as reading:
        reading.until(lambda: bool(reading.told))
        there.keycloak.admin("POST", f"/users/{there.keycloak.user('office-lin')['id']}/logout")
        reading.until(lambda: reading.ended, 60)
    assert [each.event for each in (reading.told[0], reading.told[-1])] == ["ready", "end"]


def test_where_the_distribution_cannot_be_had_the_tests_fail_with_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere = tmp_path / "jgo.conf"
    nowhere.write_text("[repositories]\ncentral = http://127.0.0.1:9\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(nowhere))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(DependencyDownError, match=rf"keycloak-quarkus-dist-{VERSION}\.zip could not be fetched"):
        distribution()
