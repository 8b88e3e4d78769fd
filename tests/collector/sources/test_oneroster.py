"""A OneRoster export with pupils planted in every file that may hold them: counts come out, and nothing else."""

import asyncio
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from homeroom_collector.cli import main
from homeroom_collector.errors import ConfigError
from homeroom_collector.sources.oneroster import counting
from homeroom_collector.store import enrollment, open_store, schools

DAY = date(2026, 11, 22)
PUPILS = ("Sammy", "Secret", "ssecret@school.example", "stu-4711")
MANIFEST = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\nfile.users,bulk\n"
ORGS = (
    "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
    "o1,,,Hill High,school,hill,d1\no2,,,Vale,school,0102,d1\no3,,,Annexe,school,,d1\nd1,,,District,district,,\n"
)
SESSIONS = (
    "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n"
    "y27,,,2026-27,schoolYear,2026-08-20,2027-06-10,,2027\ns1,,,Fall,semester,2026-08-20,2027-01-15,y27,2027\n"
    "old,,,2025-26,schoolYear,2025-08-20,2026-06-10,,2026\n"
)
CLASSES = (
    "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
    "termSourcedIds,subjects,subjectCodes,periods\n"
    "h9,,,Ms. Secret's Homeroom,09,c,,homeroom,,o1,y27,,,\n"
    "h10,,,Homeroom,10,c,,homeroom,,o1,y27,,,\n"
    'math,,,Algebra of Sammy,"09,10",c,,scheduled,,o1,s1,,,\n'
    "k,,,Vale K,KG,c,,scheduled,,o2,y27,,,\n"
    "art,,,Vale Art,,c,,scheduled,,o2,y27,,,\n"
    'mix,,,Vale Mix,"KG,01",c,,scheduled,,o2,y27,,,\n'
    "gone,,,Last year,05,c,,scheduled,,o2,old,,,\n"
)
ENROLLED = (
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n"
    "1,,,h9,o1,stu-4711,student,,,\n2,,,h9,o1,stu-2,student,,,\n3,,,h10,o1,stu-3,student,,,\n"
    "4,,,math,o1,stu-4711,student,,,\n5,,,math,o1,stu-99,student,,,\n"  # not in a homeroom, and so not counted twice
    "6,,,h9,o1,teacher-1,teacher,true,,\n"
    "7,,,k,o2,stu-5,student,,,\n8,,,art,o2,stu-5,student,,,\n9,,,mix,o2,stu-5,student,,,\n"
    "10,,,k,o2,stu-6,student,,2026-08-20,2026-10-01\n"  # left in October
    "11,,,art,o2,stu-7,student,,,\n12,,,gone,o2,stu-8,student,,,\n13,tobedeleted,,k,o2,stu-9,student,,,\n"
)
USERS = (
    "sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,email,grades\n"
    "stu-4711,,,true,ssecret,Sammy,Secret,ssecret@school.example,09\n"
)


def export(folder: Path, **files: str | None) -> Path:
    """A zip file; None leaves one out."""
    path = folder / "oneroster.zip"
    contents = {
        "manifest": MANIFEST,
        "orgs": ORGS,
        "academicSessions": SESSIONS,
        "classes": CLASSES,
        "enrollments": ENROLLED,
        "users": USERS,
        "demographics": "sourcedId,birthDate,sex\nstu-4711,2011-01-01,male\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (contents | files).items():
            if text is not None:
                archive.writestr(f"{name}.csv", text)
    return path


def test_students_are_counted_once_by_homeroom_or_else_by_most_of_their_classes(tmp_path: Path) -> None:
    found = counting.read(export(tmp_path), DAY)
    # Hill by its homerooms; at Vale stu-5 is in kindergarten by two classes of three, stu-7 has no class with a grade.
    assert found.students == {("o1", "9"): 2, ("o1", "10"): 1, ("o2", "K"): 1, ("o2", "UG"): 1}
    assert [org.name for org in found.orgs] == ["Hill High", "Vale", "Annexe"]


def test_files_with_people_in_them_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    really = zipfile.ZipFile.open

    def watched(self: zipfile.ZipFile, name: Any, *rest: Any, **more: Any) -> Any:
        opened.append(getattr(name, "filename", name))
        return really(self, name, *rest, **more)

    path = export(tmp_path)
    monkeypatch.setattr(zipfile.ZipFile, "open", watched)
    found = counting.read(path, DAY)
    assert set(opened) == {"manifest.csv", "orgs.csv", "academicSessions.csv", "classes.csv", "enrollments.csv"}
    assert not any(pupil in repr(found) for pupil in PUPILS)
    # Without them the counts are the same.
    assert counting.read(export(tmp_path, users=None, demographics=None), DAY) == found


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"enrollments": None}, "enrollments.csv: missing"),
        ({"manifest": "propertyName,value\noneroster.version,2.0\n"}, "OneRoster version 2.0"),
        ({"classes": "sourcedId,title\n1,a\n"}, "missing column grades"),
        ({"academicSessions": SESSIONS.replace("2026-08", "2028-08").replace("2027", "2029")}, "name a day with --day"),
        ({"orgs": 'sourcedId,name,type\n"1,a\n'}, "not CSV in UTF-8"),
    ],
)
def test_what_is_no_export_is_said_in_words(tmp_path: Path, changed: dict[str, str | None], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        counting.read(export(tmp_path, **changed), DAY)


def test_a_file_that_is_no_zip_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "oneroster.zip").write_text("sourcedId")
    with pytest.raises(ConfigError, match="not a zip file"):
        counting.read(tmp_path / "oneroster.zip", DAY)
    with pytest.raises(ConfigError, match="cannot be read"):
        counting.read(tmp_path / "none.zip", DAY)


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    (tmp_path / "schools.csv").write_text("school_id,name,enrollment_students\nhill,Hill,5\nvale,Vale,\n")
    file = tmp_path / "collector.yml"
    file.write_text("store: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n")
    return ["--day", "2026-11-22", "--format", "json", "--config", str(file)]


def imported(
    config: list[str], capsys: pytest.CaptureFixture[str], path: Path, *more: str
) -> tuple[int, list[dict[str, Any]], str]:
    capsys.readouterr()
    status = main(["import", "oneroster", str(path), *more, *config])
    out, err = capsys.readouterr()
    return status, json.loads(out), err


def kept(folder: Path) -> tuple[dict[tuple[str, str], int], dict[str, int | None]]:
    async def reading() -> tuple[dict[tuple[str, str], int], dict[str, int | None]]:
        async with open_store(f"sqlite:///{folder / 'homeroom.db'}") as store:
            counts = await store.read(enrollment.listed)
            known = await store.read(schools.listed)
            return (
                {(each.school_id, each.grade): each.students for each in counts},
                {each.school_id: each.enrollment_students for each in known},
            )

    return asyncio.run(reading())


def test_counts_are_kept_by_school_and_a_second_run_changes_nothing(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = export(tmp_path)
    status, rows, _ = imported(config, capsys, path, "--dry-run")
    assert (status, kept(tmp_path)[0]) == (1, {})
    assert {row["outcome"] for row in rows} == {"add", "conflict", "bad"}
    status, rows, said = imported(config, capsys, path)
    # The register says that Hill has 5 students and the file has 3; the annexe is no school here.
    assert [(row["school_id"], row["outcome"], row["before"], row["after"]) for row in rows] == [
        ("o3", "bad", None, None),
        ("hill", "conflict", 5, 3),
    ]
    assert "4 grades counted anew" in said
    counts, enrolled = kept(tmp_path)
    assert counts == {("hill", "9"): 2, ("hill", "10"): 1, ("vale", "K"): 1, ("vale", "UG"): 1}
    assert enrolled == {"hill": 5, "vale": 2}
    assert "0 grades counted anew, 4 as before" in imported(config, capsys, path)[2]


def test_an_annexe_can_be_named_and_unknown_schools_added(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classes = CLASSES + "a,,,Annexe,09,c,,homeroom,,o3,y27,,,\n"
    path = export(tmp_path, classes=classes, enrollments=ENROLLED + "14,,,a,o3,stu-20,student,,,\n")
    imported(config, capsys, path, "--map", "Annexe=hill")
    assert kept(tmp_path)[0]["hill", "9"] == 3
    imported(config, capsys, path, "--add-schools")
    assert kept(tmp_path)[1]["o3"] == 1


def test_no_pupil_is_found_anywhere_afterwards(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    path = export(tmp_path)
    _, rows, said = imported(config, capsys, path)
    path.unlink()
    for pupil in PUPILS:
        assert pupil not in json.dumps(rows) + said + caplog.text
        for file in tmp_path.iterdir():
            assert pupil.encode() not in file.read_bytes(), file
