"""A zip archive, such as an xlsx, made safe before any library sees it.

Every member is unpacked here, in pieces and under a limit, and what is needed is packed anew without compression. So
no archive unpacks to more than was counted, and two readers cannot see two different archives in one file.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping

from registry.imports.sheets import refused

MOST_UNPACKED = 256_000_000
"""Bytes of all members together."""

MOST_RATIO = 200
"""Times that a large member may be larger than it is packed: sheets are 5 to 50 times."""

_LARGE = 5_000_000
_MOST_MEMBERS = 2_000
_PIECE = 1 << 16
_ENCRYPTED = 0x1


def unpacked(content: bytes, file: str, everything: bool = False) -> dict[str, bytes]:
    """The XML members of an xlsx by name, or all its members.

    Raises ``InvalidInput`` for an archive that is damaged, hostile or encrypted.
    """
    members = _members(content, file, everything, *_XLSX)
    if "xl/workbook.xml" not in members:
        raise refused(
            file,
            "is a zip archive, but not an xlsx: save the table as .xlsx or as CSV UTF-8",
            "为zip压缩文件，但不是xlsx：请将表格另存为.xlsx或CSV UTF-8",
        )
    return members


def xml_members(content: bytes, file: str) -> dict[str, bytes]:
    """The XML members of any archive by name. Raises ``InvalidInput`` as ``unpacked`` does."""
    return _members(content, file, False, *_ARCHIVE)


_XLSX = ("an xlsx: open it in a spreadsheet program and save it again", "xlsx：请用电子表格软件打开后重新保存")
_ARCHIVE = ("a zip archive: export it again", "zip压缩文件：请重新导出")


def _members(content: bytes, file: str, everything: bool, en: str, zh: str) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = archive.infolist()
            _check_members(found, file)
            for member in found:
                data = _unpack(archive, member, file, MOST_UNPACKED - total)
                total += len(data)
                if everything or member.filename.endswith((".xml", ".rels")):
                    members[member.filename] = data
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise refused(file, f"is damaged, or not {en}", f"已损坏，或不是{zh}") from None
    return members


def packed(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive of ``members``, if nothing else is said without compression. The same members, the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return buffer.getvalue()


def _check_members(found: list[zipfile.ZipInfo], file: str) -> None:
    if len(found) > _MOST_MEMBERS or len({member.filename for member in found}) < len(found):
        raise refused(file, f"is not a sound archive, or not {_XLSX[0]}", f"压缩结构有误，或不是{_XLSX[1]}")
    if any(member.flag_bits & _ENCRYPTED for member in found):
        en, zh = "is protected by a password: remove it and save again", "受密码保护：请取消密码后重新保存"
        raise refused(file, en, zh)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str, limit: int) -> bytes:
    pieces = bytearray()
    allowed = min(limit, max(_LARGE, member.compress_size * MOST_RATIO))
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            pieces += piece
            if len(pieces) > allowed:
                raise refused(
                    file,
                    f"unpacks to more than a table needs ({member.filename}): remove empty or formatted rows below "
                    "the data, or save it as CSV UTF-8",
                    f"解压后远大于表格所需（{member.filename}）：请删除数据下方的空行或带格式的行，或另存为CSV UTF-8",
                )
    return bytes(pieces)
