"""ILCD+EPD as files: one process data set in XML, or an archive with processes and the flows that they declare."""

import io
import zipfile
from pathlib import PurePath
from xml.etree.ElementTree import Element

from registry.imports.archive import xml_members
from registry.imports.epd_data_set import EpdDataSet
from registry.imports.ilcd_xml import FLOW, PROCESS, data_set_of, flow_uuid
from registry.imports.sheets import refused
from registry.imports.xml_tree import tree_of

MOST_XML = 50_000_000
"""Bytes of all data sets that are read."""

_ZIP = b"PK\x03\x04"
_START = 4_000
ILCD_SUFFIXES = (".xml", ".zip")
_BEGINNINGS = (b"processDataSet", b"flowDataSet")


def looks_like_ilcd(content: bytes, path: PurePath) -> bool:
    """Whether it is XML with a process at its start, or an archive with a folder of processes, or is named like one."""
    if content.startswith(_ZIP):
        return path.suffix.lower() == ".zip" or any("processes/" in name for name in _names(content))
    return path.suffix.lower() in ILCD_SUFFIXES or _BEGINNINGS[0] in content.lstrip(b"\xef\xbb\xbf \r\n\t")[:_START]


def data_sets(content: bytes, file: str) -> list[EpdDataSet]:
    """The data sets in a file, by the names of their processes.

    Raises ``InvalidInput`` if there is no process, or anything is unsound.
    """
    members = xml_members(content, file) if content.startswith(_ZIP) else {"": content}
    wanted = {
        name: xml for name, xml in members.items() if not name or any(each in xml[:_START] for each in _BEGINNINGS)
    }
    if sum(map(len, wanted.values())) > MOST_XML:
        most = MOST_XML // 1_000_000
        raise refused(file, f"has over {most} MB of data sets: split it", f"含有超过{most} MB的数据集：请拆分")
    processes: dict[str, Element] = {}
    flows: dict[str, Element] = {}
    for name, xml in wanted.items():
        root = tree_of(xml, file, name)
        if root.tag == f"{PROCESS}processDataSet":
            processes[name] = root
        elif root.tag == f"{FLOW}flowDataSet":
            flows[flow_uuid(root)] = root
    if not processes:
        raise refused(
            file,
            "has no process data set of ILCD: send the XML, or the zip that the publisher exports",
            "不含ILCD过程数据集：请提交XML，或发布方导出的zip",
        )
    return [data_set_of(processes[name], flows) for name in sorted(processes)]


def _names(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []
