"""Every wording of the pages of bulk registration, English beside Chinese."""

from registry.pages.vocabulary import Both

IMPORT_WORDS: dict[str, Both] = {
    "imports": Both("Register many", "批量登记"),
    "imports_intro": Both(
        "Upload a spreadsheet, a CSV or an NDJSON file, or data of PACT, openEPD or ILCD+EPD. Each row "
        "becomes a declaration, submitted for verification; rows with errors are left out, and said.",
        "上传电子表格、CSV或NDJSON文件，或PACT、openEPD、ILCD+EPD格式的文件。每行成为一份声明并提交核查；有错误的行不予登记，并逐一说明。",
    ),
    "import_file": Both(
        "File (.xlsx, .csv, .ndjson, .json, .xml or .zip)", "文件（.xlsx、.csv、.ndjson、.json、.xml或.zip）"
    ),
    "import_dry_run": Both("Try first", "先行检查"),
    "import_dry_run_yes": Both("Only check every row, and register none", "仅检查各行，不作登记"),
    "import_upload": Both("Upload", "上传"),
    "import_template_xlsx": Both(
        "A spreadsheet to fill in, with every column explained", "待填写的电子表格，附各列说明"
    ),
    "import_template_csv": Both("The same as CSV", "同一模板的CSV文件"),
    "import_earlier": Both("Files so far", "已上传的文件"),
    "import_none": Both("None yet.", "尚无。"),
    "import_is_dry": Both("a check only: nothing was registered", "仅作检查，未作登记"),
    "import_queued": Both("Waiting", "等待中"),
    "import_running": Both("At work", "处理中"),
    "import_done": Both("Done", "已完成"),
    "import_failed": Both("Failed", "失败"),
    "import_cancelled": Both("Stopped", "已停止"),
    "import_progress": Both("{done} of {total} rows", "{total}行中的{done}行"),
    "import_rows": Both("Rows", "行数"),
    "import_submitted": Both("Submitted", "已提交"),
    "import_revised": Both("Revised", "已修订"),
    "import_unchanged": Both("Unchanged", "无变化"),
    "import_refused": Both("Refused", "被拒"),
    "import_download": Both(
        "The file again, with what was found written beside each row", "下载标注后的文件，各行旁附检查结果"
    ),
    "import_first_refused": Both("Rows that were refused (the first {count})", "被拒的行（前{count}行）"),
    "import_row": Both("Row", "行"),
    "import_column": Both("Column", "列"),
    "import_finding": Both("What is wrong", "问题"),
    "import_stop": Both("Stop", "停止"),
    "import_choose": Both("Choose a file.", "请选择文件。"),
    "import_wrong": Both("The file cannot be used: {problem}", "文件无法使用：{problem}"),
    "import_uploaded": Both("Uploaded {when}", "上传于 {when}"),
}
