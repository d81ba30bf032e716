"""The token inspector: header and claims, decoded and explained."""
