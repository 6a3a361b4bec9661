"""Follow-up questions: "And when was it built?" made whole from the conversation before it.

A search knows nothing of what was said before, and neither does the model that reads its
sentences. So the pronouns and gaps of a follow-up are filled, by rules of English, from the
questions before it and their answers; a question that stands on its own stays as it is.
"""

from rag.conversation.resolve import whole

__all__ = ["whole"]
