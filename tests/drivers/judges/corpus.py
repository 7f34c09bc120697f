"""Documents that everybody who reads ESC/POS must read alike."""

from __future__ import annotations

from drivers.api import Align, Document, Feed, QrCode, Rule, Text

URL = "https://verify.example.gov.cn/r?c=33010226&n=0000012345"

CORPUS: dict[str, Document] = {
    "one line": Document((Text("Receipt 0000012345"),)),
    "alignments": Document(tuple(Text(f"aligned {align}", align) for align in Align)),
    "sizes": Document((Text("LARGE", scale=2), Text("small"), Text("BOLD", bold=True))),
    "full line": Document((Text("0123456789" * 4 + "01234567"),)),
    "feeds": Document((Text("above"), Feed(3), Text("below"))),
    "code": Document((Text("before"), QrCode(URL), Text("behind"))),
    "short code": Document((QrCode("1"),)),
    "rules": Document((Rule(), Text("between"), Rule())),
    "punctuation": Document((Text("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),)),
    "receipt": Document(
        (
            Text("PUBLIC PAYMENT", Align.CENTER, scale=2, bold=True),
            Rule(),
            Text("No. 0000012345"),
            Text("Total 1,200.00", Align.RIGHT, bold=True),
            Feed(2),
            QrCode(URL),
            Text("complete", Align.CENTER),
        )
    ),
}
HANZI = Document((Text("缴款 12"),))
