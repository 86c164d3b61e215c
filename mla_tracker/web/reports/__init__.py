"""`/reports`: the tables that reviewers ask for."""
