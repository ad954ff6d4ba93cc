"""What a page's numbers speak of, and what is known about it: grammar, names, facts and their binding.

A map of the modules; what a module is for stands in its first line.

Words
    grammar, quantities, names, passages, stretches, idioms, coordination, lists: numbers, names, how they are joined.
    lexicon, relations, quantifiers, plain_counts, verdicts, wording, roles, interval_words: what words claim.
Files and tables
    reading, walk, layouts, affixes, leaves: the numbers of any JSON or CSV, each with the way to it.
    shapes, hits, vectors, triples: facts from them.
    tables, axes, summaries, trials, grim, intervals: facts from the page's own tables.
What is known
    knowledge, aliases, kinds: all of it, put together once a page; what names mean and what a series measures.
    correlations, claims, fields, shares, courses, states, wholes, pooled, means, arms, chosen: parts of it.
    addressed, binding, asked, compared, directed: which of it a clause asks for.
    counted, windows, criteria, overlaps, tallies: which of it a clause counts.
    aside, unheld, unpaired, slips: why a difference from it may be no error.
Clashes, which the rules print
    values, orders, moves, orphans, known_records, by_layer, recomputed: a number against what it speaks of.
    differences, gaps, operands, anaphoric, percents, folds: against the numbers that it is made of.
    counting, contraries, listed, exclusives, extremes, holders, shifts, superlatives: counts, orders and extremes.
    ranges, extents: from where to where values go.
    directions, outcomes, relationships, strengths, versus: words of direction and strength.
    pvalues, named_p, granularity, lattice, fractions, impossible: against statistics and arithmetic.
    widths, printed_intervals, interval_claims: intervals by their method, against known ones, and in words.
    sizes, rosters: sample sizes, and numbers of things.
    products, spoken_products, totals, sums, rows: totals, and the rows of a table among each other.
"""
