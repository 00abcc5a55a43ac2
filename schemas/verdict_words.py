"""Each verdict in one sentence, and what a shop should do: the same words on pages and in the terminal."""

from schemas.text import Text
from schemas.verdict import VerdictCode

SENTENCES: dict[VerdictCode, Text] = {
    VerdictCode.VALID: {"en": "Genuine and current", "zh": "真实有效"},
    VerdictCode.SUPERSEDED: {"en": "Genuine. A newer declaration exists", "zh": "真实，已有更新的声明"},
    VerdictCode.EXPIRED: {"en": "Genuine, but past its date", "zh": "真实，但已过有效期"},
    VerdictCode.SUSPENDED: {"en": "Suspended. Do not rely on this label for now", "zh": "已暂停，请暂勿采信"},
    VerdictCode.WITHDRAWN: {"en": "Withdrawn. Do not rely on this label", "zh": "已撤销，请勿采信"},
    VerdictCode.MISMATCH: {"en": "A label for another product", "zh": "标签与商品不符"},
    VerdictCode.UNLOGGED: {
        "en": "Not confirmed: no such record in the public log",
        "zh": "未能确认：公开日志中无此记录",
    },
    VerdictCode.FORGED: {"en": "Not genuine", "zh": "标签系伪造"},
    VerdictCode.UNKNOWN_KEY: {"en": "Cannot be checked: unknown signer", "zh": "无法核验：签发方未知"},
    VerdictCode.UNSIGNED: {"en": "No signature on this label", "zh": "此标签没有签名"},
    VerdictCode.UNREADABLE: {"en": "Not a carbon label", "zh": "无法识别"},
}

ADVICE: dict[VerdictCode, Text] = {
    VerdictCode.VALID: {"en": "Keep", "zh": "保留"},
    VerdictCode.SUPERSEDED: {"en": "Reprint", "zh": "重新打印"},
    VerdictCode.EXPIRED: {"en": "Reprint or remove", "zh": "重新打印或撤下"},
    VerdictCode.SUSPENDED: {"en": "Remove", "zh": "撤下"},
    VerdictCode.WITHDRAWN: {"en": "Remove", "zh": "撤下"},
    VerdictCode.MISMATCH: {"en": "Remove", "zh": "撤下"},
    VerdictCode.UNLOGGED: {"en": "Check online", "zh": "联网核验"},
    VerdictCode.FORGED: {"en": "Remove, report", "zh": "撤下并报告"},
    VerdictCode.UNKNOWN_KEY: {"en": "Update the bundle, then remove", "zh": "更新数据包，仍不符则撤下"},
    VerdictCode.UNSIGNED: {"en": "Ask the supplier", "zh": "询问供应商"},
    VerdictCode.UNREADABLE: {"en": "Rescan", "zh": "重新扫描"},
}
