"""Counties see nothing of each other: not over HTTP, and not in the database, even where the services' own SQL is left aside."""

import importlib
import json
from collections.abc import Iterator

import httpx
import psycopg
import pytest
from psycopg import sql

from deploy.embedded.issuer import ROLES
from deploy.embedded.preflight import SERVICES
from shared.kernel.envelope import open_body
from shared.kernel.worker import Parts
from tests.support.cast import GOOD, Cast
from tests.support.client import COUNTIES, FENG, SHAOYANG, THIRD, TOWN, Platform
from tests.support.described import Described, Question
from tests.support.faults import faults_of, none_of
from tests.support.shaoyangs import Known, attached, judged, photographed, supervised

STAFF = tuple(role for role in ROLES if role != "citizen")
NO_COUNTYS = {"read.strays", "public._yoyo_log", "public._yoyo_migration", "public._yoyo_version", "public.yoyo_lock"}
"""Tables that belong to no county: records off a topic that are no event of any, and the list of migrations."""
NOT_HERS = ("receipts", "{code}", "{look_back_id}", "{version}", "{spot_check_id}")
"""In paths whose ids this story makes none of, or that show only what is the asker's own."""
WITHOUT_WORDS = {
    *(f"{service} as-of" for service in SERVICES),
    "intake needs/similar",
    "intake figures",
    "intake needs/{need_id}/photos/{photo_id}",
    "projects profiles",
    "projects exemptions",
    "projects leaders",
    "projects contact-points",
    "projects spot-checks",
    "projects demonstrations",
    "projects announcements",
    *("projects ledger", "projects figures"),
    "supervision notices/{notice_id}/letter",
    "supervision escalations",
    "supervision cadence",
    "supervision figures",
    *("scoring look-backs", "scoring score-sheets", "scoring signs", "scoring figures"),
}
"""Queries whose answers carry none of the words: counts, rules, what this story makes none of, and a letter, packed away."""
CHANGES = {
    "UPDATE": "UPDATE log.events SET type = 'Nothing'",
    "UPDATE of the bytes": "UPDATE log.events SET body = 'x' WHERE position = 1",
    "DELETE": "DELETE FROM log.events",
    "DELETE of one": "DELETE FROM log.events WHERE position = 1",
    "TRUNCATE": "TRUNCATE log.events",
    "TRUNCATE of all": "TRUNCATE log.events, log.heads CASCADE",
}


@pytest.fixture(scope="module")
def shaoyangs(platform: Platform) -> Known:
    """A need, a project, a notice and a verification of Shaoyang, and one of most other things the services keep."""
    since = {service: platform.still()[service, SHAOYANG][0] for service in SERVICES}
    cast = Cast(platform, SHAOYANG, "secret").registered()
    said = cast.submit("只属于邵阳的诉求")
    need, photo = said["id"], photographed(cast, said)
    project = cast.propose(need)
    cast.approve(project)
    cast.pledge(project)
    evidence = attached(cast.of("member"), project)
    cast.complete(project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    cast.score(project, GOOD)
    wish = cast.wish("只属于邵阳的心愿")
    cast.of("clerk").do("intake", f"needs/{wish}/rate", {"rating": "satisfied"})
    call = {"title": "只属于邵阳的公告", "text": "请说。", "channels": ["wechat"], "opens_on": "2000-01-01", "closes_on": "2999-12-31"}
    called = cast.of("office").do("intake", "calls", call)["id"]
    letter = {"kind": "work-prompt", "title": "只属于邵阳", "text": "请办。", "addressees": [cast.unit], "project_ids": [project]}
    notice = cast.of("office").do("supervision", "notices", letter)["id"]
    platform.still()
    ids = {"intake": need, "projects": project, "supervision": notice, "scoring": project}
    ids |= {"evidence_id": evidence, "call_id": called, "photo_id": photo}
    ids |= supervised(cast, project) | judged(cast)
    cast.of("office").eventually("supervision", f"notices/{notice}", status="issued")
    return Known(ids, ("只属于邵阳", cast.unit, cast.branch, wish, *ids.values()), since)


def test_the_owner_county_sees_what_the_others_must_not(platform: Platform, shaoyangs: Known, queries: list[Question]) -> None:
    """Otherwise the tests below would pass on nothing."""
    person = platform.person(*STAFF, unit=TOWN)
    unseen: set[str] = set()
    for query in (query for query in queries if not any(part in query.path for part in NOT_HERS)):
        answer = shaoyangs.asks(person, query, after=shaoyangs.since[query.service])
        assert answer.status_code == 200, f"{query}: {answer.text}"
        unseen |= {f"{query.service} {query.path}"} - {f"{query.service} {query.path}" for word in shaoyangs.words if word in answer.text}
    assert unseen == WITHOUT_WORDS


@pytest.mark.parametrize("county", [FENG, THIRD])
def test_no_query_shows_another_countys_things(platform: Platform, shaoyangs: Known, queries: list[Question], county: str) -> None:
    person = platform.person(*STAFF, county=county, unit="secret", branch="secret-1", sub="member-secret")

    def asked(query: Question) -> list[str]:
        answer = shaoyangs.asks(person, query)
        if "{" in query.path:
            return faults_of(answer, status=404)
        leaked = [word for word in shaoyangs.words if word in _said(answer)]
        return [f"{query}: {answer.status_code} {leaked}"] if leaked or answer.status_code != 200 else []

    none_of(asked(query) for query in queries)


@pytest.mark.parametrize("county", [SHAOYANG, FENG, THIRD])
def test_the_past_of_this_moment_shows_a_county_what_the_present_does(
    platform: Platform, shaoyangs: Known, queries: list[Question], county: str
) -> None:
    """Of everything the services keep, so that it shows no more of another county either."""
    platform.still()
    person = platform.person(*STAFF, county=county, unit=TOWN, sub="member-secret")
    moments = {service: person.see(service, "as-of")["as_of"] for service in SERVICES}

    def asked(query: Question) -> list[str]:
        now, then = (shaoyangs.asks(person, query, **moment) for moment in ({}, {"as_of": moments[query.service]}))
        same = now.status_code == then.status_code and (now.status_code != 200 or now.content == then.content)
        return [] if same else [f"{query}: {now.status_code} {now.text[:300]}, then {then.status_code} {then.text[:300]}"]

    # A letter is a new file each time; a receipt is of its event for ever, and has no past.
    none_of(asked(query) for query in queries if "as_of" in query.parameters and not query.path.endswith("/letter"))
    assert [query.path for query in queries if "as_of" not in query.parameters] == ["tracking/{code}/proof"]


@pytest.mark.usefixtures("shaoyangs")
@pytest.mark.parametrize("service", SERVICES)
def test_events_of_a_type_get_to_a_read_model_s_rows_in_one_way(platform: Platform, service: str) -> None:
    """What `as_of.single` learns from the first and the last event of a type holds for all of them, where nothing else is declared."""
    parts: Parts = importlib.import_module(f"services.{service}.main").PARTS
    ways: dict[tuple[str, str, str], set[bool]] = {}
    for contract in parts.sources:
        with platform.superuser(contract.service) as connection:
            bodies = [body for (body,) in connection.execute("SELECT body FROM log.events").fetchall()]
        for envelope in map(open_body, bodies):
            event = envelope.event(contract)
            for projection in parts.projections:
                for place, column in enumerate(projection.key):
                    if column in projection.either:
                        continue
                    keys = [str(key[place]) for key in projection.keys_of(event)] if projection.columns[column] == "uuid" else []
                    if keys:
                        own = all(key == envelope.meta.stream[-36:] for key in keys)
                        ways.setdefault((projection.name, column, envelope.meta.type), set()).add(own)
    assert len(ways) > 5
    assert {way: found for way, found in ways.items() if len(found) > 1} == {}


def test_what_a_connection_keeps_of_the_past_no_other_reads(platform: Platform, shaoyangs: Known) -> None:
    person = platform.person("office")
    assert person.get("intake", "needs", as_of=person.see("intake", "as-of")["as_of"]).status_code == 200
    assert shaoyangs
    with platform.superuser("intake") as connection:
        kept = connection.execute("SELECT oid::regclass::text FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'").fetchall()
        assert any(name.endswith(".need_board") for (name,) in kept)
        for (name,) in kept:
            with pytest.raises(psycopg.errors.FeatureNotSupported, match="temporary tables of other sessions"), connection.transaction():
                connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(*name.split("."))))


def _said(answer: httpx.Response) -> str:
    is_json = answer.headers["content-type"] == "application/json"
    return json.dumps(answer.json(), ensure_ascii=False) if is_json else answer.text


def _rows(counted: object) -> list[object]:
    """Return what counts something: rows, and numbers other than nought."""
    if isinstance(counted, dict):
        return [each for value in counted.values() for each in _rows(value)]
    return list(counted) if isinstance(counted, list) else [counted] * bool(counted)


def test_figures_count_nothing_of_another_county(platform: Platform, shaoyangs: Known) -> None:
    """The third county has never done a thing but what these tests did in intake."""
    assert shaoyangs
    person = platform.person("office", county=THIRD)
    before = {service: person.see(service, "figures") for service in SERVICES}
    Cast(platform, SHAOYANG, "secret").submit("又一件")
    platform.still()
    assert {service: person.see(service, "figures") for service in SERVICES} == before
    assert [row for service in ("projects", "supervision", "scoring") for row in _rows(before[service])] == []


@pytest.mark.usefixtures("nothing_written")
def test_no_command_reaches_another_countys_things(platform: Platform, shaoyangs: Known, commands: list[Described]) -> None:
    person = platform.person(*STAFF, county=FENG, unit="610330100", branch="secret-1", sub="member-secret")

    def given(command: Described) -> Iterator[list[str]]:
        known = shaoyangs.of(command)
        body = json.loads(json.dumps(command.least).replace(TOWN, "610330100"))
        yield faults_of(person.post(command.service, command.at(known), body), status=404)
        batch = person.post(command.service, command.batch, {"items": [command.item(body, known)]}).json()["items"]
        yield [f"{command.name}: {one}" for one in batch if one["status"] != 404]

    none_of(faults for command in commands if command.ids for faults in given(command))


def tables_of(platform: Platform, service: str) -> list[sql.Composed]:
    """Every table and view of a service's database that has a county."""
    with platform.superuser(service) as connection:
        rows = connection.execute(
            """
            SELECT n.nspname, c.relname,
              EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'county' AND NOT a.attisdropped)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relpersistence <> 't'
              AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            """
        ).fetchall()
    assert {f"{schema}.{name}" for schema, name, has_county in rows if not has_county} == NO_COUNTYS
    return [sql.SQL("{}.{}").format(sql.Identifier(schema), sql.Identifier(name)) for schema, name, has_county in rows if has_county]


def count(connection: psycopg.Connection[tuple[int]], table: sql.Composed) -> int:
    """Return how many rows are seen; none where even looking is refused."""
    try:
        with connection.transaction():
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return 0
    assert row is not None
    return row[0]


@pytest.mark.usefixtures("shaoyangs")
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("owner", [False, True], ids=["service", "owner"])
def test_without_a_county_no_row_of_any_table_is_seen(platform: Platform, service: str, *, owner: bool) -> None:
    """Also where a transaction bound to a county came before on the same connection, which leaves the setting empty, not absent."""
    tables = tables_of(platform, service)
    assert len(tables) > 8
    with platform.database(service, SHAOYANG, owner=owner) as connection:
        assert count(connection, sql.Composed([sql.SQL("log.events")])) > 0
        connection.rollback()
        assert [table.as_string(connection) for table in tables if count(connection, table)] == []
        connection.execute("SELECT set_config('app.county', '', true)")
        assert [table.as_string(connection) for table in tables if count(connection, table)] == []


@pytest.mark.usefixtures("shaoyangs")
@pytest.mark.parametrize("service", SERVICES)
def test_bound_to_a_county_only_its_rows_are_seen(platform: Platform, service: str) -> None:
    tables = tables_of(platform, service)
    seen = 0
    for county in COUNTIES:
        with platform.database(service, county) as connection:
            for table in tables:
                rows = connection.execute(sql.SQL("SELECT DISTINCT county FROM {}").format(table)).fetchall()
                assert rows in ([], [(county,)]), table.as_string(connection)
                seen += len(rows)
    assert seen > 8


@pytest.mark.usefixtures("shaoyangs")
@pytest.mark.parametrize("service", SERVICES)
def test_bound_to_a_county_no_row_of_another_is_written(platform: Platform, service: str) -> None:
    with platform.database(service, FENG) as connection:
        for statement in (
            "INSERT INTO log.heads VALUES ('430524', 0, now())",
            "INSERT INTO log.cursors VALUES ('430523', 'mine', 0)",
            "INSERT INTO log.commands VALUES ('430523', gen_random_uuid(), '', 's', 1, 1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"), connection.transaction():
                connection.execute(statement)
        assert connection.execute("UPDATE log.heads SET position = 0 WHERE county = '430523'").rowcount == 0


@pytest.mark.usefixtures("shaoyangs")
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("owner", [False, True], ids=["service", "owner"])
@pytest.mark.parametrize("change", CHANGES)
def test_the_log_is_changed_by_nobody(platform: Platform, service: str, change: str, *, owner: bool) -> None:
    with (
        platform.database(service, SHAOYANG, owner=owner) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only" if owner else "permission denied"),
    ):
        connection.execute(CHANGES[change])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_cannot_lift_what_binds_it(platform: Platform, service: str) -> None:
    for statement in (
        "ALTER TABLE log.events DISABLE TRIGGER ALL",
        "ALTER TABLE log.events NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY county ON log.events",
        "DROP TABLE log.events",
        "CREATE TABLE log.mine (x int)",
        f"SET ROLE {service}_owner",
        "SET session_replication_role = replica",
        "SET row_security = off; SELECT * FROM log.events",
    ):
        with platform.database(service, SHAOYANG) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
