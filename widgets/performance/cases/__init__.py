"""Where the labelled cases of the Performance page come from, and which of them count."""
