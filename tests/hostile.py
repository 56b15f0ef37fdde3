"""Titles that no page of ours may be harmed by."""

SCRIPT = "<script>document.title='taken'</script>"
MARKUP = "\"'><img src=https://outside.example/x onerror=\"document.title='taken'\"><h1>"
LONG = "Mahasiswa" * 60
RIGHT_TO_LEFT = "\u202eterbalik \u05e9\u05dc\u05d5\u05dd"
CLOSING = "</title></style></script></svg>{{ 7 * 7 }}<!--"
TITLES = (SCRIPT, MARKUP, LONG, RIGHT_TO_LEFT, CLOSING)
