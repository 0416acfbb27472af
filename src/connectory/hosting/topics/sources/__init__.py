"""Queues elsewhere whose messages become events here: Google Pub/Sub and AWS SQS."""

from connectory.hosting.topics.sources.pulling import Sources

__all__ = ["Sources"]
