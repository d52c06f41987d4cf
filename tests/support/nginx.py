"""A private nginx: nothing of it outside one folder, whoever runs it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from tests.support.instance import ROOT
from tests.support.processes import Command

SHIPPED = (ROOT / "deploy" / "nginx.conf").read_text()

_SCRATCH = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def main_conf(folder: Path, http: str) -> str:
    """The outermost configuration around what belongs into its `http` block."""
    user = "user root;" if os.geteuid() == 0 else ""
    scratch = "\n".join(f"    {name}_temp_path {folder / name};" for name in _SCRATCH)
    return f"""{user}
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder / "nginx.pid"};
error_log stderr warn;
events {{ worker_connections 8192; }}
http {{
    include /etc/nginx/mime.types;
{scratch}
{http}
}}
"""


def command(binary: str, folder: Path, http: str) -> Command:
    """How to start it; the port it is given takes the place of @PORT@."""

    def argv(port: int) -> list[str]:
        conf = folder / "main.conf"
        conf.write_text(main_conf(folder, http.replace("@PORT@", str(port))))
        return [binary, "-e", "stderr", "-p", str(folder), "-c", str(conf)]

    return Command(argv, log=folder / "nginx.log")


def without_tls(conf: str) -> str:
    """The shipped configuration for a trusted network, made as its first lines say."""
    lines = [line for line in conf.splitlines() if not line.endswith("# tls")]
    return "\n".join(lines).replace("#plain ", "")


def placed(conf: str, folder: Path, nodes: Sequence[int], http_port: int | str = "@PORT@") -> str:
    """The configuration with the places of a test, and nodes at these ports."""
    servers = " ".join(f"server 127.0.0.1:{port} fail_timeout=0;" for port in nodes)
    places = {
        "server 127.0.0.1:8000 fail_timeout=0;": servers,
        "/etc/letsencrypt/live/chat.example.com": str(folder),
        "/var/log/nginx": str(folder),
        "/var/cache/nginx-chatapp": str(folder / "cache"),
        "listen 443": "listen 127.0.0.1:@PORT@",
        "listen 80": f"listen 127.0.0.1:{http_port}",
    }
    for shipped, here in places.items():
        assert shipped in SHIPPED
        conf = conf.replace(shipped, here)
    return re.sub(r"(?m)^ *listen \[::\].*$", "", conf)
