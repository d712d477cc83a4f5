#!/bin/bash
# The box's disk, from Debian packages alone: `image.sh SUITE FOLDER` leaves it in FOLDER/root. As root.
#
# What a machine has on which an operator installs Calypso, with the servers that install.sh would
# fetch: a box has no network.
set -euo pipefail

packages=systemd,systemd-sysv,dbus,python3,python3-venv,openssl,postgresql,redis-server
packages+=,logrotate,iproute2,procps,curl,ca-certificates

mirror=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Label: Debian" |
    sort -u | head -n 1)
[ "$mirror" ] || {
    echo "apt has no Debian mirror here, from which to make the box" >&2
    exit 1
}
mmdebstrap --quiet --mode=root --variant=minbase --aptopt='Acquire::Languages "none"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --include="$packages" "$1" "$2/root" "$mirror" >"$2/log" 2>&1 || {
    tail -n 40 "$2/log" >&2
    exit 1
}
rm -rf "$2"/root/var/cache/apt/* "$2"/root/var/lib/apt/lists/*
