"""Releases, their scope, their gates and verdict."""
