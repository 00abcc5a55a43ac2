"""What is refused of a form or a request as such."""

FORMS: dict[str, str] = {
    "this form is not of your session: open the page again": "该表单不属于您当前的登录，请重新打开页面",
    "the browser does not say from which page this form was sent": "浏览器未说明该表单从哪个页面发出",
    "this form was sent from another site": "该表单是从其他网站发出的",
    "the form cannot be read": "无法读取该表单",
    "a day is written like 2027-06-30": "日期请写成 2027-06-30 的形式",
    "a value in this request can be neither kept nor looked for": "请求中有无法保存或查找的内容",
    "the body is not JSON: {problem}": "请求内容不是JSON",
}
MALFORMED: dict[str, str] = {
    "Object missing required field `{field}`": "此项必填",
    "Object contains unknown field `{field}`": "没有字段{field}",
    "Expected `{wanted}` of length <= {most}": "最多{most}个字符",
    "Expected `{wanted}` of length >= {least}": "至少{least}个字符",
    "Expected `{wanted}` <= {most}": "不得大于{most}",
    "Expected `{wanted}` >= {least}": "不得小于{least}",
    "Expected `{wanted}` matching regex {pattern}": "格式不正确",
    "Expected `{wanted}`, got `{given}`": "格式不正确",
    "Invalid enum value {given}": "请在所列选项中选择",
    "Invalid RFC3339 encoded date": "日期请写成 2027-06-30 的形式",
    "Invalid RFC3339 encoded datetime": "时间格式不正确",
    "Invalid UUID": "编号格式不正确",
    "Invalid decimal string": "请填写数字，例如 1.25",
    "{problem}": "格式不正确",
}
"""What msgspec says, word for word, of a value that is not of the form asked for."""
