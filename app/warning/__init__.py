"""Warnings: a draft out of an incident, its text, and the CAP 1.2 message. Nothing is ever sent from here."""
