"""The tamper-evident trail: chained entries, anchors, the log of looking, the verifier."""
