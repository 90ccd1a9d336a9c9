"""The bot: a program that plays every game whose moves can be listed, and some others."""
