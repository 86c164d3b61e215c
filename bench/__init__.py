"""The benchmark: a large register in a database of its own, the product's own web server, one client beside them."""
