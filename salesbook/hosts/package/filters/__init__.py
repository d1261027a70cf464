"""Which rows of a sheet do its filters hide after a write, and does its sorting still hold?"""

from salesbook.hosts.package.filters.settling import Rewritten, Settled, settled
from salesbook.hosts.package.filters.workbook import filter_name_resized

__all__ = ["Rewritten", "Settled", "filter_name_resized", "settled"]
