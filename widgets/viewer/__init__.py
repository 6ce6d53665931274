"""The ECG on paper."""
