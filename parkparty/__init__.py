"""ParkParty 园区党建: party-building coverage and activities of industry parks."""
