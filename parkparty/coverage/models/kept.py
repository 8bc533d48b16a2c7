"""Counts that are kept, and marks of what they do not know yet. See decision 0010."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from parkparty.companies.choices import Denominator
from parkparty.core.paths import PathField


class ActivityMark(models.Model):
    """The counted activities of an organisation in a month may have changed since they were last counted.

    Written by triggers of the database in the transaction of the change (``migrations._marks``), so that imports, the
    data pages and plain SQL are seen as well. ``organization_id`` is no foreign key: a mark may outlive its
    organisation.
    """

    organization_id = models.BigIntegerField()
    month = models.DateField()

    def __str__(self) -> str:
        return f"{self.organization_id} {self.month}"


class ActivityCell(models.Model):
    """How many counted activities an organisation led in a month, and the places that they were added to.

    ``types`` has the number of each type by its code; an activity counts as each of its types.
    """

    organization_id = models.BigIntegerField()
    month = models.DateField()
    number = models.PositiveIntegerField()
    types = models.JSONField(null=True)
    park_path = PathField(default="")
    area_path = PathField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "month"], name="coverage_one_cell_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.month}"


class ActivityTotal(models.Model):
    """How many counted activities the organisations of a place and of all below it led in a month."""

    path = PathField()
    month = models.DateField()
    number = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path", "month"], name="coverage_one_total_a_month")]

    def __str__(self) -> str:
        return f"{self.path} {self.month}"


class TypeTotal(models.Model):
    """The same of one activity type, by its code. They hold as long as ``FoldCount.typed`` equals its number."""

    path = PathField()
    month = models.DateField()
    type = models.CharField(max_length=40)
    number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path", "month", "type"], name="coverage_one_total_a_month_and_type")
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.month} {self.type}"


class CompanyMark(models.Model):
    """How a company is covered, or where it counts, may have changed since its history was last added to the totals.

    Written by triggers in the transaction of the change (``migrations._facts``). ``company_id`` is no foreign key: a
    mark may outlive its company. It is null when nothing is to be counted anew but something that stands beside the
    figures may read differently: a name, a target.
    """

    company_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return str(self.company_id)


class CompanyHistory(models.Model):
    """What the coverage totals hold of a company: ``figures.history.History`` as text."""

    company_id = models.BigIntegerField(primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.company_id)


class CompanyWay(models.Model):
    """In which way a company is one of a place or an organisation above branches, and what else it is.

    ``denominators`` has a bit for each ``Denominator``, in their order, that counts it; some count it only ``on_site``.
    """

    path = PathField()
    on_site = models.BooleanField()
    denominators = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10)
    industry = models.CharField(max_length=2)
    size = models.CharField(max_length=6)
    staff_band = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True


class CompanySpell(CompanyWay):
    """From ``since`` to before ``until`` a company was one of a place or an organisation, in one way.

    What its history says, whether effectively covered aside, as rows that a database groups. They hold as long as
    ``FoldCount.told`` equals its number.
    """

    company_id = models.BigIntegerField(db_index=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        # All that is read of a place lies side by side in the first: its rows in the table do not.
        indexes = [
            models.Index(
                fields=[
                    "path", "state", "size", "denominators", "on_site",
                    "industry", "staff_band", "until", "since", "company_id",
                ],
                name="coverage_spells_by_state",
            ),
            models.Index(fields=["path", "since"], condition=Q(until__isnull=True), name="coverage_spells_open"),
            models.Index(fields=["path", "until"], condition=Q(until__isnull=False), name="coverage_spells_ended"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.company_id} {self.path} {self.since}"


class SpellCount(CompanyWay):
    """How many spells of one way have no end. They hold as long as ``FoldCount.counted`` equals its number."""

    number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["path", "on_site", "denominators", "state", "industry", "size", "staff_band"],
                name="coverage_one_count_a_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.state} {self.number}"


class CoverageStep(models.Model):
    """By how much the companies of a place or an organisation change, by how they are covered.

    ``effective`` are those of ``own`` and ``joint`` whose organisation met what 有效覆盖 asks for.
    """

    path = PathField()
    denominator = models.CharField(max_length=12, choices=Denominator)
    own = models.IntegerField()
    joint = models.IntegerField()
    work_only = models.IntegerField()
    none = models.IntegerField()
    effective = models.IntegerField()

    class Meta:
        abstract = True


class CoverageTotal(CoverageStep):
    """Changes on a day. The coverage on any day is the sum of the rows up to it."""

    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path", "denominator", "day"], name="coverage_one_total_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.denominator} {self.day}"


class CoverageSum(CoverageStep):
    """The totals of a year, or of a month, added up: so that a day's coverage is told from few rows.

    They hold as long as ``FoldCount.summed`` equals its number.
    """

    is_year = models.BooleanField()
    since = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["path", "denominator", "is_year", "since"], name="coverage_one_sum_a_year_or_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.denominator} {self.since}"


class LoadMark(models.Model):
    """An organisation may count elsewhere as a branch, or list other companies, than the totals hold.

    Written by triggers in the transaction of the change (``migrations._loads``). ``organization_id`` is no foreign key:
    a mark may outlive its organisation.
    """

    organization_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.organization_id)


class LoadStep(models.Model):
    """How many branches, joint ones among them, there are more on a day, and companies that the joint ones list."""

    day = models.DateField()
    branches = models.IntegerField()
    joint_branches = models.IntegerField()
    listed = models.IntegerField()

    class Meta:
        abstract = True


class LoadCell(LoadStep):
    """What an organisation adds on a day, and the places and the organisation that it was added to."""

    organization_id = models.BigIntegerField(db_index=True)
    path = PathField()
    park_path = PathField(default="")
    area_path = PathField(default="")

    def __str__(self) -> str:
        return f"{self.organization_id} {self.day}"


class LoadTotal(LoadStep):
    """The same of all in a place, or under an organisation that is no branch. The load on a day is the sum up to it."""

    path = PathField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path", "day"], name="coverage_one_load_a_day")]

    def __str__(self) -> str:
        return f"{self.path} {self.day}"


class FoldCount(models.Model):
    """How often marks were folded. The one row is written by folds alone, so that no writer waits for another.

    With the number of marks that stand, it tells whether anything changed: ``figures.marks.version``. ``summed`` is
    the fold that the sums of years and months hold, ``told`` the one that the spells hold, ``typed`` that of the totals
    by type, ``counted`` that of the counts of spells: another one when a version of the site folded that knew none of
    them.
    """

    number = models.BigIntegerField(default=0)
    summed = models.BigIntegerField(default=0, db_default=0)
    told = models.BigIntegerField(default=0, db_default=0)
    typed = models.BigIntegerField(default=0, db_default=0)
    counted = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return str(self.number)
