"""Shows outcomes: tables for people, plain values for programs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from campaigns.check import Outcome, Reconciled
from campaigns.figures import Figure
from campaigns.run import Spent

_WIDTH = 110
_LABELS = {
    "submitted": "诉求 need",
    "in-project": "立项 project",
    "claimed": "认领 claimed",
    "completed": "办结 completed",
    "verified": "验收 verified",
    "answered": "答复 answered",
}


def show(outcomes: Sequence[Outcome], console: Console | None = None) -> None:
    """Print each county's tables; as wide as the terminal, or wide enough for a file."""
    console = console or Console()
    if not console.is_terminal:
        console.width = _WIDTH
    for outcome in outcomes:
        console.print(Group(_figures(outcome), _funnel(outcome), _rates(outcome)))
        for note in _notes(outcome):
            console.print(note, soft_wrap=True)
        console.print()


def show_spent(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print what each county's campaign spent its time on, phases of one name together, the longest first."""
    for outcome in outcomes:
        together: dict[str, list[Spent]] = {}
        for spent in outcome.spent:
            together.setdefault(spent.phase, []).append(spent)
        table = _table(
            f"{outcome.figures.name} 用时 time spent", "环节 phase", "指令 commands", "请求 requests", "秒 seconds", "指令/秒 a second"
        )
        seconds = {name: sum(each.seconds for each in phases) for name, phases in together.items()}
        for name in sorted(together, key=seconds.__getitem__, reverse=True):
            calls, requests = (sum(numbers) for numbers in zip(*((each.calls, each.requests) for each in together[name]), strict=True))
            table.add_row(name, f"{calls:,}", f"{requests:,}", f"{seconds[name]:.1f}", f"{calls / seconds[name]:,.0f}")
        console.print(table)


def as_dict(outcome: Outcome) -> dict[str, Any]:
    """Return a county's outcome for JSON: counts by key, steps and rates with numerator and denominator."""
    return {
        "name": outcome.figures.name,
        "figures": {
            compared.figure.key: {"published": compared.figure.published, "plan": compared.figure.plan, "projections": compared.found}
            for compared in outcome.compared
        },
        "funnel": [{"step": step.name, "plan": step.expected, "projections": step.found, "of": step.out_of} for step in outcome.funnel],
        "rates": [{"label": share.rate.label, "part": share.part, "whole": share.whole} for share in outcome.shares],
        "reconciliations": [
            {
                "label": reconciled.reconciliation.label,
                "parts": list(reconciled.parts),
                "total": reconciled.total,
                "difference": reconciled.difference,
            }
            for reconciled in outcome.reconciled
        ],
        "off": outcome.off,
    }


def _figures(outcome: Outcome) -> Table:
    table = _table(f"{outcome.figures.name} {outcome.figures.county}", "指标 figure", "公布 published", "应为 plan", "投影 projections")
    for compared in outcome.compared:
        figure = compared.figure
        table.add_row(figure.label, _published(figure), f"{figure.plan:,}", f"{compared.found:,}", _mark(good=compared.good))
    return table


def _funnel(outcome: Outcome) -> Table:
    table = _table("", "办理漏斗 funnel", "应为 plan", "投影 projections", "占上一步 of the step before")
    for step in outcome.funnel:
        share = f"{step.found:,}/{step.out_of:,} = {_percent(step.found, step.out_of)}"
        table.add_row(_LABELS[step.name], f"{step.expected:,}", f"{step.found:,}", share, _mark(good=step.good))
    return table


def _rates(outcome: Outcome) -> Table:
    table = _table("", "比率 rate", "公布 published", "分子/分母 numerator/denominator", "")
    published = {compared.figure.key: compared.figure.published for compared in outcome.compared}
    for share in outcome.shares:
        part, whole = published[share.rate.part], published[share.rate.whole]
        known = "—" if part is None or not whole else _percent(part, whole)
        least = "" if share.rate.at_least is None else f"≥ {share.rate.at_least} %"
        table.add_row(share.rate.label, known, f"{share.part:,}/{share.whole:,} = {share.percent:.1f} %", least, _mark(good=share.good))
    return table


def _notes(outcome: Outcome) -> list[Text]:
    notes = [_reconciled(reconciled) for reconciled in outcome.reconciled]
    notes += [Text(f"  后续 later: {later.label}（{later.source}）", style="dim") for later in outcome.figures.later]
    return notes


def _reconciled(reconciled: Reconciled) -> Text:
    """Say what was added up and whether it makes the total; a known difference is named, with the published figures'."""
    text = Text("  对账 reconciliation ")
    text.append(Text("≠") if reconciled.good and reconciled.difference else _mark(good=reconciled.good))
    text.append(f" {reconciled.reconciliation.label}：{_sum(reconciled.parts, reconciled.total)}")
    if reconciled.published is not None:
        text.append(f"；公布 published：{_sum(*reconciled.published)}")
    if reconciled.difference:
        text.stylize("bold yellow")
    return text


def _sum(parts: tuple[int, ...], total: int) -> str:
    said = " + ".join(f"{part:,}" for part in parts) + (f" = {sum(parts):,}" if len(parts) > 1 else "")
    if sum(parts) == total:
        return f"{said}，与 {total:,} 相符"
    return f"{said}，与 {total:,} 不符，相差 {sum(parts) - total:+,}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title or None, title_style="bold", title_justify="left", header_style="bold")
    for number, column in enumerate((*columns, "")):
        table.add_column(column, justify="right" if 0 < number < len(columns) else "left")
    return table


def _published(figure: Figure) -> str:
    """Say what was published: in brackets what was only worked out from it."""
    if figure.published is None:
        return "—"
    text = f"{figure.published:,}{'+' if figure.over else ''}"
    return f"({text})" if figure.derived else text


def _mark(*, good: bool) -> Text:
    return Text("✓", "green") if good else Text("✗", "bold red")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "—"
