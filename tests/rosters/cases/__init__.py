"""Rosters as files, for every case of F01–F28, each with what importing it must say.

``python -m tests.rosters.cases FOLDER`` writes them, the expected outcome beside each as ``.json``; on a site with the
demo set, ``manage.py import_roster FOLDER --expected --user demo-administrator`` then finds every one as expected.
"""
