"""Prompts, each a text file beside this one: `string.Template` placeholders, checked against what the caller gives."""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template and the digest of its file, which travels with every answer made from it."""

    name: str
    template: str
    digest: str

    def render(self, **values: str) -> str:
        """Fill the template in one pass, so that a "$" in a value stays what it is.

        Raises KeyError unless the names given are exactly the names in the template.
        """
        template = string.Template(self.template)
        wanted, given = set(template.get_identifiers()), set(values)
        if wanted != given:
            raise KeyError(f"prompt {self.name} takes {sorted(wanted)}, was given {sorted(given)}")
        return template.substitute(values)


def load_prompt(name: str) -> Prompt:
    """The prompt in `prompts/<name>.txt`."""
    text = files("prompts").joinpath(f"{name}.txt").read_text("utf-8")
    return Prompt(name, text, hashlib.blake2b(text.encode(), digest_size=6).hexdigest())
