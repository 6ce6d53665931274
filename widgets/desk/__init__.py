"""One ECG on the desk: what the machine says, the decision, the report."""
