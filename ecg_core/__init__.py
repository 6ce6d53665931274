"""ECG Triage core: intake → page → network → triage, one direction, no Streamlit."""

__version__ = "0.1.0"
