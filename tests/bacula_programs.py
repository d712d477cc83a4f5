"""Bacula's programs with one of them replaced by a script, to have a director refuse late."""

from pathlib import Path


def tampered(bacula, folder, *orders):
    """Return a folder of programs whose `bdirjson` does its work, and then what a test says.

    It is the last to look at `$etc/staged-calypso.conf` before that is put in place.
    """
    real = bacula.server.folder / "bin"
    folder = Path(folder) / "bin"
    folder.mkdir()
    for program in real.iterdir():
        (folder / program.name).symlink_to(program)
    (folder / "bdirjson").unlink()
    script = [
        "#!/bin/sh",
        f"etc={bacula.server.layout.etc}",
        f'{real}/bdirjson "$@" || exit',
        'case "$*" in *staged-*) ;; *) exit 0;; esac',
        *orders,
    ]
    (folder / "bdirjson").write_text("\n".join(script) + "\n")
    (folder / "bdirjson").chmod(0o755)
    return folder


UNREADABLE = 'chmod 000 "$etc/staged-calypso.conf"'
DEADLY = """cat >> "$etc/staged-calypso.conf" <<END
Job {
  Name = "x"
  JobDefs = "none such"
}
END"""
