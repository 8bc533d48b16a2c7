"""The data pages (``/admin/``) of users, grants and everything that stands below them.

``site`` is what is served, ``pages`` the base that every admin page of the house starts from.
"""

from parkparty.access.admin import organizations, people, places, trail

__all__ = ["organizations", "people", "places", "trail"]
