"""The one file of a recorder or archive, before anything of it is parsed."""

from __future__ import annotations

from ecg_core.intake.formats.raster_image import only_file
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.values import Bundle, IntakeError, Upload


def recorder_file(bundle: Bundle, limits: FileLimits, what: str) -> Upload:
    """The file. what: as in "an SCP-ECG file". Raises IntakeError above the limit."""
    file = only_file(bundle)
    if len(file.data) > limits.max_vendor_bytes:
        raise IntakeError(
            f"{file.name} has {len(file.data) / 1e6:.0f} MB; {what} is read up to "
            f"{limits.max_vendor_bytes / 1e6:.0f} MB.",
            "Cut out the part of interest and export that.",
        )
    return file


def damaged(file: Upload, what: str, hint: str, detail: str = "") -> IntakeError:
    """The error for a file that its format's reader cannot follow."""
    return IntakeError(
        f"{file.name} is {what}, but it is damaged or incomplete{f': {detail}' if detail else ''}.",
        hint,
    )


def uncalibrated(file: Upload, lead: str, hint: str) -> IntakeError:
    """The error for a lead whose height in mV the file does not tell."""
    return IntakeError(
        f"{file.name} gives no calibration for lead {lead[:20]}: its height in mV is unknown.",
        hint,
    )


def is_no_scale(said: str) -> bool:
    """Whether a "gain" is that of paper, or a "resolution" that of the converter.

    >>> is_no_scale("10 mm/mV"), is_no_scale("12 bit"), is_no_scale("200 adc/mV")
    (True, True, False)
    """
    return "mm" in said or "bit" in said.lower()


def scaled_twice(file: Upload, what: str) -> IntakeError:
    """The error for samples with a unit and a gain: no program says whether it is applied."""
    return IntakeError(
        f"{file.name} states samples in a unit and a {what} as well; whether that is already "
        "applied is not known.",
        "Export the samples in mV or \u00b5V alone.",
    )
