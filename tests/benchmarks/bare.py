"""The least that a program of our kind has to do before its first line."""

import argparse  # noqa: F401  # as all of these
import asyncio  # noqa: F401
import sys

import aioconsole  # noqa: F401

print("Here.", flush=True)
sys.stdin.read()
