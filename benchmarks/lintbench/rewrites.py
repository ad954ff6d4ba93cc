REWRITES = {}


def rewrite(page, name, rng):
    return None
