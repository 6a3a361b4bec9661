"""The chat in a browser: parses, calls the library, shows. `rag ui` starts it.

Gradio reads its settings when it is imported, so they are made here: nothing is sent anywhere.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
