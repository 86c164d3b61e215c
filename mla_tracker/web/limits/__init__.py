"""`/admin/limits`: the rules of deadlines, with what a change does to real cases before it is made."""
