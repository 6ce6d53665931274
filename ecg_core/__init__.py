"""ECG Triage core: intake → page → network → triage, one direction, no Streamlit."""

import os

__version__ = "0.1.0"

# Onnxruntime, which reads print on scans, reports its use to its maker unless it is told not to
# before it is loaded. Nothing leaves this machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
