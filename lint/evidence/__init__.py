"""What a page's numbers speak of, and what is known about it: grammar, names, facts and their binding.

A map of the modules; what a module is for stands in its first line.

Words
    grammar, word_numbers, quantities, names, passages, stretches: numbers and names.
    idioms, beside, coordination, lists, clauses: how they are joined.
    margins: how sure a value is said to be: the ends of its interval, its ±, its standard error.
    lexicon, relations, quantifiers, plain_counts, verdicts, wording, roles, interval_words: what words claim.
    vocabulary: which words of a claim nothing on the page accounts for.
Files and tables
    reading, walk, layouts, affixes, leaves: the numbers of any JSON or CSV, each with the way to it.
    shapes, hits, vectors, triples: facts from them.
    tables, turned_tables, cell_numbers, axes, boards, summaries, averages, trials, grim, intervals: facts from the
    page's tables.
    stated_units: the unit that the words above a table give to its cells.
    grids: the page's tables by rows and columns, with the words for them.
    sides, stems, stages: the things along a side of one, the stems and the states by which words name them.
    table_binding: which field of a file a column prints.
What is known
    knowledge, by_value, aliases, kinds, methods: all of it, put together once a page, and looked up; what names mean,
    what a series measures, by what method a coefficient is.
    correlations, claims, fields, shares, courses, states, wholes, pooled, means, arms, chosen: parts of it.
    addressed, measured, named_lines, contrasts, apart, binding, asked, compared, directed: which of it a clause means.
    plain_statements: a thing, a field and a value, and nothing else.
    counted, windows, criteria, bounded, levels, subsets, conditions, overlaps, tallies: which of it a clause counts.
    aside, unheld, unpaired, whose, explained, slips, traces: why a difference from it may be no error.
    distances, edges, named_doses: numbers that are no values: how far apart two are, ends of intervals, names of arms.
Clashes, which the rules print
    values, orders, moves, orphans, worded_coefficients, compared_fits, known_records, by_layer, recomputed: against
    what it speaks of.
    regions, strays: against the part of a table that a clause names, where another cell has the number.
    differences, bare_differences, gaps, operands, anaphoric, told_pairs, percents, relatives, ratios, settings, folds:
    against what it is made of.
    since_start: the way from the start of a thing to a named point.
    unexplained_differences, unexplained_values: those that nothing known makes, whatever the words say.
    counting, contraries, listed, exclusives: counts and orders.
    extremes, both_ends, superlatives, extreme_words, holders, shifts, ranked, unranked: the largest and the smallest.
    extreme_values: the largest value of a column, whoever has it.
    standings: places in an order.
    table_lines, line_binding, changed_lines, scales: lines of tables, and which of them a clause is about.
    line_values: the values of lines as text has them.
    placings, enumerated, rivals, trends: places, orders, comparisons and directions on the lines that words tell.
    places, placed_things, line_places: what gives a place, to which thing, and whether it has it.
    ranges, extents, families, slice_ranges: from where to where values go, of columns, families and parts of tables.
    part_ranges: ranges of a part of the things, or of all fields of a kind.
    spreads, listed_differences: how far the ends of a column lie apart, and two columns for each of several things.
    directions, outcomes, pairwise, graded, signed, relationships, strengths: words of direction and strength.
    versus, approaches: more of them, of two things, and of one that nears another.
    compared_back: what is more or less than a value, and stands in the sentence before.
    pvalues, record_p, named_p, row_tests, mirrors, granularity, lattice, fractions, impossible: against statistics and
    arithmetic.
    only_ones: a direction of one thing alone, and of another.
    widths, printed_intervals, interval_claims: intervals by their method, against known ones, and in words.
    inference: by what method a p or an interval was found, as the words around it say.
    sizes, rosters: sample sizes, and numbers of things.
    products, spoken_products, joined_counts, concluded_totals: totals beside the factors of which they are made.
    chained_totals: totals that hang on one another.
    totals, total_texts, equal_parts, factors: totals against the counts of the page.
    part_sizes, cell_counts, sums: totals of parts, of cells and of named things.
    column_totals: counts against the column of their name.
    rows: the rows of a table among each other.
"""
