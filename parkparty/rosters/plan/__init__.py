"""From checked rows to what applying them writes: every row's outcome, its changes in words, and the objects.

``draft`` holds one row's writes; ``companies``, ``tenancies`` and ``links`` fill it; ``roster`` goes through all rows
and sums up. Planning reads nothing and writes nothing.
"""
