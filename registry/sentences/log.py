"""What is refused of the public log, its keys and its files, and when the server cannot go on."""

LOG: dict[str, str] = {
    "the log has no {use} key in force": "日志没有可用的{use}密钥",
    "key {kid} is {owner}'s own, which ends it itself": "密钥{kid}属于{owner}，须由其自行停用",
    "the log knows no key {kid}; `carbonlabel keys list` shows them": (
        "日志中没有密钥{kid}，可用 carbonlabel keys list 查看"
    ),
    "entry {index} is not yet in a checkpoint: try again in two seconds": "条目{index}尚未进入检查点，请两秒后重试",
    "the public log is out of reach, so nothing was appended: {problem}": "暂时无法访问公开日志，未作任何更改",
    "there is no file {path}": "没有文件{path}",
    "there is no schema {name}; /v1/schemas names them": "没有模式{name}，/v1/schemas 列出了全部模式",
    "the API is described at /schema, and for programs at /schema/openapi.json": (
        "接口说明见 /schema，程序可读取 /schema/openapi.json"
    ),
    "there are no figures to read here until metrics_token is configured": (
        "尚未配置 metrics_token，此处没有可读取的数据"
    ),
    "verdicts on what follows are not given: send it again": "服务器正在停止，其后各项未核验，请重新提交",
    "without a token at most {lines} lines and {size} bytes are judged: nothing behind this was": (
        "没有令牌时最多核验{lines}行、{size}字节，其后各项未核验"
    ),
    "the header must name the column {label} once, and may name {expect}": (
        "表头须有且仅有一列{label}，可以有一列{expect}"
    ),
    "the content ends before its gzip does: it was cut off": "内容不完整：gzip数据被截断",
    "the content is not gzip: {problem}": "内容不是gzip格式",
    "expect: {problem}": "expect不是有效的GTIN或GLN",
    "{problem}, so it is no GTIN or GLN": "不是有效的GTIN或GLN",
}
