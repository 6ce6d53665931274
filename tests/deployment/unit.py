"""An instance of the systemd unit as a plain process: its commands, account and view of the disk.

No systemd is needed: a mount namespace shows the unit what `ProtectSystem=strict`, `ProtectHome`,
`PrivateTmp` and `StateDirectory` show it, at the paths that it names. Limits of memory and tasks
(cgroups) are not tried.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from configparser import ConfigParser
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "ecg-triage@.service"
UID = 10001
"""As in deploy/Containerfile; no account of this machine has it."""

# As root, in a mount namespace of its own; $BASE is Python's own folder, which may lie in a home.
_VIEW = """
set -e
mount -t tmpfs tmpfs /mnt && mkdir /mnt/base /mnt/code /mnt/state /mnt/cache
mount --bind "$BASE" /mnt/base && mount --bind "$CODE" /mnt/code && mount --bind "$STATE" /mnt/state
mount --bind "$CACHE" /mnt/cache
for place in /opt /root /home /tmp /var/tmp /var/lib /var/cache; do
  mkdir -p $place && mount -t tmpfs -o mode=0755 tmpfs $place
done
chmod 1777 /tmp /var/tmp
mkdir -p "$BASE" "$APP" /var/lib/ecg-triage /var/cache/ecg-triage
mount --bind /mnt/base "$BASE" && mount --bind /mnt/code "$APP"
mount --bind /mnt/state /var/lib/ecg-triage && mount --bind /mnt/cache /var/cache/ecg-triage
umount /mnt/base /mnt/code /mnt/state /mnt/cache && umount /mnt
for place in / /opt /root /home /var/lib /var/cache "$BASE" "$APP"; do
  mount -o remount,bind,ro "$place"
done
cd "$APP"
umask "$MASK"
ulimit -n "$FILES"
exec setpriv --reuid="$ID" --regid="$ID" --clear-groups --no-new-privs --bounding-set=-all -- "$@"
"""


@dataclass
class Unit:
    """An instance (its port), what /etc/ecg-triage.env would hold, and the folder of its state."""

    state: Path
    port: int
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parser = ConfigParser(interpolation=None, strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(UNIT, encoding="utf-8")
        self.settings = parser["Service"]
        for kind, folder in (("State", self.state), ("Cache", self.cache)):
            folder.mkdir(mode=int(self.settings[f"{kind}DirectoryMode"], 8), exist_ok=True)
            os.chown(folder, UID, UID)

    @property
    def cache(self) -> Path:
        """What stands at /var/cache/ecg-triage."""
        return self.state.with_name(f"{self.state.name}.cache")

    @property
    def app(self) -> str:
        """Where the unit expects the program."""
        return self.settings["WorkingDirectory"]

    def check(self) -> subprocess.CompletedProcess[str]:
        """What ExecStartPre says."""
        return self.run(*shlex.split(self.settings["ExecStartPre"]))

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """ExecStart of this instance."""
        line = self.settings["ExecStart"].replace("%i", str(self.port))
        with log.open("ab") as out:
            command = self._command(*shlex.split(line))
            return subprocess.Popen(
                command, env=self._environment(), stdout=out, stderr=subprocess.STDOUT
            )

    def program(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`python -m ecg_core …` as the unit sees the machine."""
        python = shlex.split(self.settings["ExecStart"])[0]
        return self.run(python, "-m", "ecg_core", *arguments, **variables)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command as the unit sees the machine."""
        return subprocess.run(
            self._command(*command),
            env=self._environment() | variables,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def _command(self, *command: str) -> list[str]:
        view = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _VIEW, "unit"]
        return [*view, *command]

    def _environment(self) -> dict[str, str]:
        own = dict(one.split("=", 1) for one in shlex.split(self.settings["Environment"]))
        return own | {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "USER": "ecg",
            "LOGNAME": "ecg",
            "HOME": "/home/ecg",
            "BASE": sys.base_prefix,
            "CODE": str(ROOT),
            "APP": self.app,
            "STATE": str(self.state),
            "CACHE": str(self.cache),
            "MASK": self.settings["UMask"],
            "FILES": self.settings["LimitNOFILE"],
            "ID": str(UID),
            **self.variables,
        }
