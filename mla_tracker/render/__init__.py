"""Charts: a specification in, SVG out, made in a child process and cached."""
