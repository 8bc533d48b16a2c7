"""Files in: an untrusted workbook or CSV becomes rows of cells, read by a child process that can be killed.

``reading`` is the side of the site; ``child`` is what runs apart, with ``excel``, ``text`` and ``header``. The child
knows nothing of Django or the database.
"""
