"""An action for Robusta: adds the root cause of a failing image pull to the finding of a pod.

It runs kubectl-imagepull, which has to be on PATH in the image of the runner, with the roles of deploy/rbac for the service account of the runner. It reads only.
"""

import subprocess

from robusta.api import FileBlock, MarkdownBlock, PodEvent, action

# what one block of a chat message holds
SHOWN = 2500


@action
def imagepull_why(event: PodEvent):
    """Diagnose why the pod cannot pull its image."""
    pod = event.get_pod()
    if pod is None:
        return
    command = ["kubectl-imagepull", "why", pod.metadata.name, "-n", pod.metadata.namespace, "--timeout", "20s"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        # status 1 says that a cause was found; what could not be read is told on standard error
        text = "\n".join(part.strip() for part in (run.stdout, run.stderr) if part.strip())
    except (OSError, subprocess.TimeoutExpired) as error:
        text = f"kubectl-imagepull did not answer: {error}"
    blocks = [MarkdownBlock("```\n" + text[:SHOWN].replace("```", "'''") + "\n```")]
    if len(text) > SHOWN:
        blocks.append(FileBlock("image-pull.txt", text.encode()))
    event.add_enrichment(blocks)
