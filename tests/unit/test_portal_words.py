"""The English catalogue: every text of the pages is in it, with the same things filled in, and nothing else."""

from pathlib import Path

from deploy.words import FILE, catalogue, placeholders, texts, wrong

PAGE = '{% trans n=3 %}还剩 {{ n }} 天{% endtrans %}{{ _("已有 {n} 件").format(n=1) }}'


def test_every_text_is_translated_with_the_same_placeholders() -> None:
    assert wrong() == []


def test_a_text_that_is_missing_or_has_other_placeholders_is_named(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "tables.py").write_text(
        '"""不算。"""\nWORDS = {"a": "需求"}\ndef told(visit): return f"{visit._(\'项目\')} · 1"\n', encoding="utf-8"
    )
    assert set(texts(tmp_path)) == {"还剩 %(n)s 天", "已有 {n} 件", "需求", "项目"}
    file = tmp_path / "en.po"
    file.write_text(
        'msgid "已有 {n} 件"\nmsgstr "{m} there"\n\nmsgid "没有了"\nmsgstr "Gone"\n\nmsgid "需求"\nmsgstr "Need"\n', encoding="utf-8"
    )
    assert wrong(tmp_path, file) == [
        "not translated: 还剩 %(n)s 天 (templates/page.html)",
        "not translated: 项目 (pages/tables.py)",
        "other placeholders: 已有 {n} 件 / {m} there",
        "shown nowhere: 没有了",
    ]


def test_a_translation_is_english() -> None:
    chinese = [
        str(each.string) for each in catalogue(FILE) if each.id and any("\u4e00" <= letter <= "\u9fff" for letter in str(each.string))
    ]
    assert chinese == []
    assert placeholders("{a} %(b)s") == ["%(b)s", "{a}"]
