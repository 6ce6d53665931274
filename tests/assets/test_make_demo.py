"""The committed demo ECGs are what the script writes and what their captions say."""

from __future__ import annotations

import importlib.util
import json
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from ecg_core.intake import EcgRecord, EcgScan, Upload, read, split
from ecg_core.leads import STANDARD_LEADS

ASSETS = Path(__file__).parents[2] / "assets"
CATALOGUE = json.loads((ASSETS / "demo" / "catalogue.json").read_text(encoding="utf-8"))


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_demo", ASSETS / "make_demo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # The dataclass of the script looks its module up there.
    sys.modules["make_demo"] = module
    spec.loader.exec_module(module)
    return module


@cache
def ecg(folder: Path, files: tuple[str, ...]) -> EcgRecord | EcgScan:
    (bundle,) = split([Upload(name, (folder / name).read_bytes()) for name in files])
    return read(bundle)


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    script().make(folder)
    return folder


@pytest.mark.parametrize("demo", CATALOGUE, ids=lambda demo: demo["id"])
def test_script_writes_what_is_committed(demo: dict, rewritten: Path) -> None:
    files = tuple(demo["files"])
    kept, again = ecg(ASSETS / "demo", files), ecg(rewritten, files)
    if isinstance(kept, EcgRecord):
        # Another processor may round the last bit of an exponential, so a step of 2 µV in a lead.
        np.testing.assert_allclose(again.signals_mv, kept.signals_mv, atol=3.1e-3)
        assert again.leads == kept.leads
        assert again.annotations == kept.annotations
    else:
        assert again.pixels.shape == kept.pixels.shape
        assert np.abs(again.pixels.astype(int) - kept.pixels).mean() < 1.0


def test_folder_holds_the_catalogue_and_nothing_else(rewritten: Path) -> None:
    listed = {name for demo in CATALOGUE for name in demo["files"]} | {"catalogue.json"}
    for folder in (ASSETS / "demo", rewritten):
        assert {path.name for path in folder.iterdir()} == listed
    assert json.loads((rewritten / "catalogue.json").read_text(encoding="utf-8")) == CATALOGUE
    assert sum(path.stat().st_size for path in (ASSETS / "demo").iterdir()) < 3_000_000


@pytest.mark.parametrize("demo", CATALOGUE, ids=lambda demo: demo["id"])
def test_caption_says_what_it_is(demo: dict) -> None:
    assert demo["title"]
    assert demo["licence"]
    if demo["origin"] == "synthetic":
        assert demo["caption"].startswith("Synthetic")
        assert "no patient" in demo["caption"]
        assert "should look like" in demo["caption"]
    else:
        assert demo["origin"] == "real"
        assert demo["caption"].startswith("A real")


def test_there_is_enough_to_show() -> None:
    found = [ecg(ASSETS / "demo", tuple(demo["files"])) for demo in CATALOGUE]
    records = [one for one in found if isinstance(one, EcgRecord)]
    assert len(found) >= 8
    assert sum(isinstance(one, EcgScan) for one in found) >= 3
    assert any(one.duration_s == 60 and len(one.leads) == 2 for one in records)
    assert sum(one.leads == STANDARD_LEADS for one in records) >= 6


def test_real_ecg_is_that_of_the_package_and_names_nobody() -> None:
    data = pydicom.dcmread(str(get_testdata_file("waveform_ecg.dcm")))
    real = next(demo for demo in CATALOGUE if demo["origin"] == "real")
    kept = ecg(ASSETS / "demo", tuple(real["files"]))
    # pydicom's own scaling, in µV.
    np.testing.assert_allclose(kept.signals_mv.T * 1000, data.waveform_array(0), atol=0.01)
    header = (ASSETS / "demo" / real["files"][0]).read_text()
    for field in (data.PatientID, data.PatientBirthDate, data.InstitutionName, data.StudyDate):
        assert str(field) not in header
