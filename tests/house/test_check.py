"""The one test command counts honestly: what failed, hung, was skipped or did not run at all never looks good."""

import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from scripts import check

RESULTS = """<testsuites><testsuite>
<testcase name="one"/><testcase name="two"/>
<testcase name="three"><failure message="no"/></testcase>
<testcase name="four"><skipped message="needs root"/></testcase>
<testcase name="five"><skipped message="needs root"/></testcase>
</testsuite></testsuites>"""


def test_it_counts_what_passed_and_why_the_rest_was_skipped(tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text(RESULTS)
    assert check.counted(results) == (2, Counter({"needs root": 2}), "2 passed, 1 failed, 2 skipped")


def test_no_tests_at_all_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "succeeds", lambda command, minutes, said: True)
    assert not check.tests(sys.executable, "long", minutes=1).good
    (tmp_path / "results.xml").write_text("<testsuites/>")
    assert check.counted(tmp_path / "results.xml")[2] == "no tests were found"


def test_what_hangs_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    assert not check.succeeds(["sh", "-c", f"sleep 36000 & echo $! > {pid}; wait"], minutes=0.02)
    assert gone(int(pid.read_text()))


def gone(pid: int) -> bool:
    """True once a process is not there any more, within a minute."""
    for _ in range(1200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_it_ends_with_one_plain_line_and_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    well = check.Outcome("tests", True, 61.0, "3 passed", 3, Counter({"needs root": 2}))
    assert check.report([well], 61.0, promised_minutes=6) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "All good: 3 tests passed in 1 min 1 s."
    assert "  skipped 2 ×: needs root" in said

    assert check.report([well, check.Outcome("mypy", False, 1.0)], 400.0, promised_minutes=6) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "FAILED: mypy (6 min 40 s)."
    assert "longer than the 6 minutes" in said[-2]


def test_a_file_or_a_command_that_the_tests_need_is_looked_for() -> None:
    assert check.found("sh") and check.found("/etc/passwd")
    assert not check.found("no-such-command") and not check.found("/no/such/file")


def test_folders_of_tests_are_in_memory_where_it_has_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "MEMORY_BYTES", 1)
    assert check.in_memory(tmp_path) == tmp_path and check.in_memory(tmp_path / "none") is None
    monkeypatch.setattr(check, "MEMORY_BYTES", 1 << 60)
    assert check.in_memory(tmp_path) is None
