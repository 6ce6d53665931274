"""Landlock by the kernel's calls: holds where the kernel has it, and says so where it has not."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from ecg_core.intake.isolation import jail, landlock

_ROOT = Path(__file__).parents[3]
_TRIED = """
import sys
from pathlib import Path
from ecg_core.intake.isolation import landlock
inside, outside = Path(sys.argv[1]), Path(sys.argv[2])
landlock.restrict({inside: landlock.rights(), outside / "read": landlock.READ_FILE,
                   outside / "nowhere": landlock.READ_FILE})
def tried(act):
    try:
        act()
        return "done"
    except PermissionError:
        return "refused"
print(*map(tried, (
    lambda: (inside / "new").write_text("x"),
    lambda: (outside / "read").read_text(),
    lambda: (outside / "read").write_text("x"),
    lambda: (outside / "other").read_text(),
    lambda: list(outside.iterdir()),
    lambda: (outside / "new").write_text("x"),
    lambda: (outside / "other").unlink(),
)))
"""


def has_landlock() -> bool:
    try:
        return landlock.version() > 0
    except OSError:
        return False


@pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")
def test_only_what_is_allowed_is_left(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "read").write_text("may be read")
    (outside / "other").write_text("may not")
    done = subprocess.run(
        [sys.executable, "-c", _TRIED, str(inside), str(outside)],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert done.stdout.split() == ["done", "done", *["refused"] * 5]
    assert (outside / "other").read_text() == "may not" and not (outside / "new").exists()


def test_kernel_without_landlock_is_an_error_that_the_jail_reports(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def absent(number: int, *arguments: object) -> int:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(landlock, "_call", absent)
    with pytest.raises(OSError, match="not implemented"):
        landlock.restrict({tmp_path: landlock.READ_FILE})
    # Only this lock: seccomp would hold for the rest of the tests.
    monkeypatch.setattr(jail, "LOCKS", jail.LOCKS[:1])
    jail.lock(tmp_path)
    assert jail.still_open() == 1
    (tmp_path / "file").write_text("written, for nothing is locked")


@pytest.mark.parametrize(
    ("interface", "bits"), [(1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (9, 16)]
)
def test_rights_are_those_that_each_kernel_knows(
    monkeypatch: pytest.MonkeyPatch, interface: int, bits: int
) -> None:
    monkeypatch.setattr(landlock, "_call", lambda *_: interface)
    assert landlock.rights() == 2**bits - 1
