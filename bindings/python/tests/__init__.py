"""Tests of the package. See conftest.py for what they need."""
