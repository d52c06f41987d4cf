"""A private nginx: nothing of it outside one folder, whoever runs it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.processes import Command

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
