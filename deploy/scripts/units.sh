#!/bin/bash
# Lay out the units of a release and what stands beside them: units.sh [--root DIR] RELEASE_FOLDER
#
# Copies, so that a unit can be masked and edited by drop-ins of the machine's own; what an earlier
# release laid out and this one has not goes. Run it again and nothing changes. systemd reads them
# at the next `systemctl daemon-reload`, which is left to who runs this.
set -euo pipefail

root=
if [ "${1:-}" = --root ]; then
    root=$2
    shift 2
fi
deploy=${1:?usage: units.sh [--root DIR] RELEASE_FOLDER}/deploy
units=$root/usr/local/lib/systemd/system
[ -f "$deploy/systemd/calypso.target" ] || {
    echo "units.sh: $deploy has no units of Calypso." >&2
    exit 1
}

lay() { # one file, unless it is that already
    cmp -s "$1" "$2" && return
    install -D -m 644 "$1" "$2.new"
    mv -T "$2.new" "$2"
}

while IFS= read -r -d '' file; do
    lay "$deploy/systemd/$file" "$units/$file"
done < <(cd "$deploy/systemd" && find . -type f -printf '%P\0')
if [ -d "$units" ]; then
    while IFS= read -r -d '' file; do
        [ -f "$deploy/systemd/$file" ] || rm -f "$units/$file"
    done < <(cd "$units" && find . -path './calypso*' -type f -printf '%P\0')
    find "$units" -path "$units/calypso*.d" -type d -empty -delete
fi
for kind in sysusers.d tmpfiles.d; do
    lay "$deploy/$kind/calypso.conf" "$root/etc/$kind/calypso.conf"
done
lay "$deploy/logrotate.d/calypso" "$root/etc/logrotate.d/calypso"
