"""What a page's numbers speak of, and what is known about it: grammar, names, facts and their binding."""
