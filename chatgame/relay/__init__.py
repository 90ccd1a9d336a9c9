"""The relay: it joins two people who can both dial out, but cannot reach each other."""
