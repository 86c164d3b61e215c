"""The ready reports: what reviewers ask a State for, over any span of days."""
