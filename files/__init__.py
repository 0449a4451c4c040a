"""Stored files and attachments: upload, safe download, storage."""
