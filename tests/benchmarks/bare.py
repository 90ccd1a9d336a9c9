"""The least that a program like chatgame has to do before its first line."""

import argparse  # noqa: F401  # only imported, like all of these
import asyncio  # noqa: F401
import sys

import aioconsole  # noqa: F401

print("Here.", flush=True)
sys.stdin.read()
