#!/bin/bash
# The box's disk, from Debian packages alone: `image.sh SUITE KIND FOLDER` leaves it in FOLDER/root.
# As root.
#
# KIND `furnished`: what a machine has on which an operator installs Calypso, with the servers that
# install.sh would fetch, for a box without a network. `bare`: what it cannot be without.
set -euo pipefail

packages=systemd,systemd-sysv,dbus,iproute2,procps,ca-certificates
[ "$2" = bare ] || packages+=,python3,python3-venv,openssl,postgresql,redis-server,logrotate,curl

mirror=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Label: Debian" |
    sort -u | head -n 1)
[ "$mirror" ] || {
    echo "apt has no Debian mirror here, from which to make the box" >&2
    exit 1
}
mmdebstrap --quiet --mode=root --variant=minbase --aptopt='Acquire::Languages "none"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --include="$packages" "$1" "$3/root" "$mirror" >"$3/log" 2>&1 || {
    tail -n 40 "$3/log" >&2
    exit 1
}
rm -rf "$3"/root/var/cache/apt/* "$3"/root/var/lib/apt/lists/*
rm -f "$3"/root/etc/hostname # that of who made the disk: it would be every box's name
