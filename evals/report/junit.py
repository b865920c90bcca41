"""JUnit XML, for the CI servers that show it: a case per gate and per question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from evals.gates import Gate
from evals.results import Run

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no character of XML 1.0


def junit(run: Run, gates: Sequence[Gate]) -> str:
    """The run as one document. A question that failed is a failure, one without a score an error.

    The verdict is that of the gates; a tracked question may fail without failing the run.
    """
    root = ElementTree.Element("testsuites", name=f"clipdesk evals {run.name} {run.mode}")
    held = _suite(root, "gates", len(gates))
    for gate in gates:
        case = ElementTree.SubElement(held, "testcase", classname="gates", name=gate.name)
        if gate.state in ("failed", "could not measure"):
            kind = "failure" if gate.state == "failed" else "error"
            ElementTree.SubElement(case, kind, message=gate.detail)
        elif gate.state == "not applicable":
            ElementTree.SubElement(case, "skipped", message=gate.detail)
    asked = _suite(root, "questions", len(run.rows) + len(run.unscored))
    for row in run.rows:
        place = f"questions.{row.score.category}"
        case = ElementTree.SubElement(asked, "testcase", classname=place, name=row.score.id)
        if row.effort.seconds is not None:
            case.set("time", f"{row.effort.seconds:.3f}")
        if not row.score.passed:
            ElementTree.SubElement(case, "failure", message="; ".join(row.score.reasons))
    for item in run.unscored:
        case = ElementTree.SubElement(asked, "testcase", classname="questions", name=item.id)
        ElementTree.SubElement(case, "error", message=item.reason)
    for suite in (held, asked):
        suite.set("failures", str(len(suite.findall("testcase/failure"))))
        suite.set("errors", str(len(suite.findall("testcase/error"))))
        suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    for element in root.iter():
        element.attrib.update({key: UNWRITABLE.sub("�", value) for key, value in element.attrib.items()})
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document.decode("utf-8") + "\n"


def _suite(root: ElementTree.Element, name: str, tests: int) -> ElementTree.Element:
    return ElementTree.SubElement(root, "testsuite", name=name, tests=str(tests))
