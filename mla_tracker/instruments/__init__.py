"""Legal bases and what they carry, as rows: time limits, grounds, duties, offences, types of assistance."""
