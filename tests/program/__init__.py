"""Tests of `chatgame.program`: whole programs, with what they keep and how they come back."""
