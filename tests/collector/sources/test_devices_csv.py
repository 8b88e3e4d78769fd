from datetime import date

import pytest

from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.rules.asset import Assignment, LifeState
from homeroom_collector.sources.asset_fields import Mapped, Parsed
from homeroom_collector.sources.devices_csv import parse

SCHOOLS = (School(school_id="lincoln", name="Lincoln Elementary"),)


def parsed(*lines: str | bytes, mapping: Mapped | None = None) -> Parsed:
    raw = [(line if isinstance(line, bytes) else line.encode()) + b"\r\n" for line in lines]
    return parse(raw, mapping or Mapped(), SCHOOLS, where="file.csv")


def reasons(result: Parsed) -> list[tuple[int, str]]:
    return [(bad.line, bad.reason) for bad in result.bad]


def test_a_row_is_read_into_the_fields_of_an_asset() -> None:
    (row,) = parsed(
        "asset_tag,serial,school_id,assignment,purchase_date,cost,state,erate_year,grade_band",
        'A1,S1,lincoln,One-to-One,2024-08-15,"$1,249.50",In Use,FY2026,3-5',
    ).rows
    assert row.line == 2
    assert row.values == {
        "asset_tag": "A1",
        "serial": "S1",
        "school_id": "lincoln",
        "assignment": Assignment.ONE_TO_ONE,
        "purchased_on": date(2024, 8, 15),
        "cost_cents": 124_950,
        "state": LifeState.IN_USE,
        "erate_year": 2026,
        "grade_band": "3-5",
    }


def test_another_system_s_file_is_read_by_a_mapping() -> None:
    mapping = Mapped(
        columns={"Equip #": "asset_tag", "Bldg": "school_id", "Bought": "purchase_date"},
        values={"state": {"Deployed": "in_use", "Surplused": "disposed"}},
        dates="us",
    )
    result = parsed(
        "\ufeffEquip #,Serial Number,Bldg,Bought,Status,Color",
        "7,S7,LINCOLN elementary,3/4/2024,surplused,red",
        mapping=mapping,
    )
    assert result.rows[0].values == {
        "asset_tag": "7",
        "serial": "S7",
        "school_id": "lincoln",
        "purchased_on": date(2024, 3, 4),
        "state": LifeState.DISPOSED,
    }
    assert result.ignored == ("Color",)


def test_a_bad_row_is_named_with_every_reason_and_the_rest_is_read() -> None:
    result = parsed(
        "asset_tag,school_id,purchase_date,cost,state",
        "A1,lincon,2024-13-01,12.345,broken",
        "A2,lincoln,2024-01-31,12.34,in_use",
        "A3,lincoln",
        b"A4,lincoln,,,\xff",
        "",
        "A5,,,,",
    )
    assert [row.line for row in result.rows] == [3, 7]
    first, short, latin = reasons(result)
    assert first[0] == 2
    for part in ("did you mean 'lincoln'?", "'2024-13-01' is not a date", "'12.345' is not an amount", "'broken'"):
        assert part in first[1]
    assert short == (4, "2 values in 5 columns")
    assert latin == (5, "not UTF-8; save the file as 'CSV UTF-8'")


def test_a_stray_quote_never_swallows_the_rows_below_it() -> None:
    result = parsed("asset_tag,room", 'A1,"12', "A2,13", "A3,14")
    assert [row.values["asset_tag"] for row in result.rows] == ["A2", "A3"]
    assert reasons(result) == [(2, "a quote is opened and not closed")]


def test_a_cell_may_hold_a_line_end_where_the_quotes_bear_it_out() -> None:
    result = parsed("asset_tag,room,model", 'A1,12,"two', 'lines"', "A2,13,x")
    # The room's text is refused for its line end; what matters is that row and line numbers stay right.
    assert [(row.line, row.values["asset_tag"]) for row in result.rows] == [(4, "A2")]
    assert reasons(result)[0][0] == 2


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("model,room", "no column for asset_tag or serial"),
        ("asset_tag,Asset Tag", "both mean asset_tag"),
        ("", "no header"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(header: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parsed(header, "x,y")


def test_a_mapping_that_names_nothing_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigError) as refused:
        parsed("Tag,Bought", "1,2", mapping=Mapped(columns={"Bought": "purchase_dat"}))
    assert "did you mean 'purchase_date'?" in str(refused.value)
    with pytest.raises(ConfigError, match="no column 'Bout'"):
        parsed("Tag,Bought", "1,2", mapping=Mapped(columns={"Bout": "purchase_date"}))
