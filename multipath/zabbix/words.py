"""Zabbix's numbers and the words that its own YAML export has for them."""

from collections.abc import Mapping

NO_YES = {"NO": "0", "YES": "1"}
STATUS = {"ENABLED": "0", "DISABLED": "1"}
ITEM_TYPE = {
    "TRAP": "2",
    "SIMPLE": "3",
    "INTERNAL": "5",
    "ZABBIX_ACTIVE": "7",
    "CALCULATED": "15",
    "DEPENDENT": "18",
}
VALUE_TYPE = {"FLOAT": "0", "CHAR": "1", "LOG": "2", "UNSIGNED": "3", "TEXT": "4"}
PREPROCESSING = {
    "MULTIPLIER": "1",
    "REGEX": "5",
    "JSONPATH": "12",
    "IN_RANGE": "13",
    "MATCHES_REGEX": "14",
    "DISCARD_UNCHANGED_HEARTBEAT": "20",
    "JAVASCRIPT": "21",
    "CHECK_NOT_SUPPORTED": "26",
}
ERROR_HANDLER = {
    "ORIGINAL_ERROR": "0",
    "DISCARD_VALUE": "1",
    "CUSTOM_VALUE": "2",
    "CUSTOM_ERROR": "3",
}
MAPPING = {
    "EQUAL": "0",
    "GREATER_OR_EQUAL": "1",
    "LESS_OR_EQUAL": "2",
    "IN_RANGE": "3",
    "REGEXP": "4",
    "DEFAULT": "5",
}
PRIORITY = {
    "NOT_CLASSIFIED": "0",
    "INFO": "1",
    "WARNING": "2",
    "AVERAGE": "3",
    "HIGH": "4",
    "DISASTER": "5",
}
RECOVERY_MODE = {"EXPRESSION": "0", "RECOVERY_EXPRESSION": "1", "NONE": "2"}
GRAPH_TYPE = {"NORMAL": "0", "STACKED": "1", "PIE": "2", "EXPLODED": "3"}
AXIS_TYPE = {"CALCULATED": "0", "FIXED": "1", "ITEM": "2"}
AXIS_SIDE = {"LEFT": "0", "RIGHT": "1"}
DRAW_TYPE = {
    "SINGLE_LINE": "0",
    "FILLED_REGION": "1",
    "BOLD_LINE": "2",
    "DOTTED_LINE": "3",
    "DASHED_LINE": "4",
    "GRADIENT_LINE": "5",
}
LABEL_TYPE = {"LABEL": "0", "IP": "1", "ELEMENT_NAME": "2", "STATUS": "3", "NOTHING": "4"}
LINK_TYPE = {"LINE": "0", "BOLD_LINE": "2", "DOTTED_LINE": "3", "DASHED_LINE": "4"}
SERVICE_ALGORITHM = {
    "SET_STATUS_TO_OK": "0",
    "MOST_CRITICAL_IF_ALL_CHILDREN_HAVE_PROBLEMS": "1",
    "MOST_CRITICAL_OF_CHILDREN": "2",
}
SLA_PERIOD = {"DAILY": "0", "WEEKLY": "1", "MONTHLY": "2", "QUARTERLY": "3", "ANNUALLY": "4"}
SLA_STATUS = {"DISABLED": "0", "ENABLED": "1"}
WIDGET_FIELD = {
    "INTEGER": "0",
    "STRING": "1",
    "HOST_GROUP": "2",
    "HOST": "3",
    "ITEM": "4",
    "GRAPH": "6",
    "MAP": "8",
    "SLA": "10",
}


def word_for(words: Mapping[str, str], number: str) -> str:
    """Return the word for a number; a number that has none stays as it is."""
    return next((word for word, known in words.items() if known == number), number)
