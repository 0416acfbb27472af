"""Events: a durable topic for each event application, and the delivery of its messages."""

from connectory.hosting.topics.publisher import MESSAGES, publish
from connectory.hosting.topics.store import Topic, declare_topics, delete_topics, topic_of
from connectory.hosting.topics.topics import Topics

__all__ = [
    "MESSAGES",
    "Topic",
    "Topics",
    "declare_topics",
    "delete_topics",
    "publish",
    "topic_of",
]
