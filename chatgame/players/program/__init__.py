"""Any program as a player: lines of JSON on its standard streams, which `README.md` specifies."""
