"""Open311 GeoReport v2: needs as service requests, for programs that know no more of this platform than that."""
