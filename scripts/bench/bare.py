"""What pages are measured against: Flask's hello, and a plain Jinja page of a given size, on the server that ours have.

Nothing else: no database, no languages, no headers of our own. Usage: python -m scripts.bench.bare PORT BYTES CARDS.
"""

from __future__ import annotations

import sys

from flask import Flask, render_template
from jinja2 import DictLoader

from node import listening

FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title></head>
<body>{% block main %}{% endblock %}</body></html>
"""
LIST = """{% extends "frame.html" %}
{% block title %}{{ name }}{% endblock %}
{% block main %}
<ul>
{% for card in cards %}
<li class="{{ card.kind }}"><h2><a href="{{ card.link }}">{{ card.words }}</a></h2>
<p>{{ card.area }}, {{ card.when }}</p></li>
{% endfor %}
</ul>
{% endblock %}
"""


def make(size: int, cards: int) -> Flask:
    app = Flask("bare")
    app.jinja_loader = DictLoader({"frame.html": FRAME, "list.html": LIST})
    shown = [{"kind": "need", "link": f"/{n}", "words": "", "area": "North", "when": "Today"} for n in range(cards)]

    @app.get("/hello")
    def hello() -> str:
        return "Hello, World!"

    @app.get("/page")
    def page() -> str:
        return render_template("list.html", name="The board", cards=shown)

    with app.test_request_context():
        short = size - len(page().encode())
    for card in shown:
        card["words"] = "word " * max(0, short // cards // 5)
    return app


def main(port: str, size: str, cards: str) -> None:
    app = make(int(size), int(cards))
    listening.web_server(app, listening.listen("127.0.0.1", int(port))).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
