"""Published ways to read ECG pages, trained on the same pages under the same limit of CPU time."""

from ecg_core.studies.baselines.registry import ABLATIONS, BASELINES

__all__ = ["ABLATIONS", "BASELINES"]
