"""What every package stands on: clock, database, errors, the job queue's protocol."""
