"""How delay is measured: definitions, facts, snapshots, figures."""
