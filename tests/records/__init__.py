"""Tests of `chatgame.records`: real commands show, export and delete past conversations."""
