"""What is wrong with a roster, cell by cell: against the columns' own rules, within the file, and against the site.

``rows`` reads cells into values; ``known`` fetches what the site holds of all that the file names, in a fixed number of
queries; ``companies`` and ``branches`` say which company and which organisation each row means.
"""
