"""All SQL of the roster import that the ORM does not write: rows by the hundred thousand, in few statements.

``bulk`` moves rows into and within tables; ``stage`` holds a roster's values while it is worked on; ``records`` are
companies and their facts as the plan handles them, without what a model instance costs.
"""
