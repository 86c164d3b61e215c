"""What is to be sent to whom and when: rungs, the ledger, the message, the sending."""
