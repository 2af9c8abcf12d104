"""Texts that are hard to draw in cells, and how wide a terminal draws a line of them.

The measure stands on its own: neither Rich's tables nor the editor's code is in it.
"""

from __future__ import annotations

import unicodedata

ODD_TEXTS: dict[str, str] = {
    "cjk": "灯台の光が消えた夜、海は静かだった。「誰もいない」浜辺に船が来た。" * 2,
    "korean": "등대의 불빛이 꺼진 밤, 바다는 조용했다. 아무도 없는 해변에 배가 한 척 들어왔다." * 2,
    "marks": "Cafe\u0301 ou\u0308ber Z\u0301\u0323\u0310alt\u0336go\u0489 \u0301 leading. " * 4,
    "emoji": "👨\u200d👩\u200d👧\u200d👦 at ☁\ufe0f and 🏴\u200d☠\ufe0f 1\ufe0f\u20e3 ❤\ufe0f🔥 "
    * 4,
    "flags": "🇩🇪🇫🇷🇯🇵 🇺🇳 🇪 alone 🏴\U000e0067\U000e0062\U000e007f " * 5,
    "rtl": "كانت المنارة مظلمة في تلك الليلة סיפור קצר עם נִקּוּד and \u202eback\u202c \u200fמימין "
    * 3,
    "indic": "कहानी एक पहाड़ी गाँव में क्षत्रिय, தமிழ் நாட்டில், ঢাকা শহরে, ខ្មែរ ស្រី, ไทยน้ำตก, ကမ္ဘာ " * 3,
    "tabs": "one\ttwo\tthree\n\tindented\t\ttwice\r\nand\ron " * 4,
    "word": "x" * 2500 + "漢" * 2500,
    "long": "a lamp in the fog 霧 " * 20_000,
    "controls": "a\x1b[31mred\x07\x08\x7f\x9b2J\u2028b\u2029c\x0b\x0c\u200b\u00ad\ufeff " * 5,
    "full": "ＦＵＬＬ　ｗｉｄｔｈ ﾊﾝｶｸ ☰㉈ \U0001f9cc \u3099が ㍿ ㋿ 𠮷野家 " * 4,
}
"""By what is odd about them."""


def terminal_width(line: str) -> int:
    """Cells that a terminal gives a line, each character on its own."""
    cells = 0
    for character in line:
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), repr(line)
        if unicodedata.category(character) in ("Mn", "Me"):
            continue
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return cells
