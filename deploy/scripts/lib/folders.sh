#!/bin/bash
# Where data lies: datasets where a pool is given, folders otherwise.
# shellcheck disable=SC2154 # names of common.sh and install.sh

make_datasets() {
    [ "$pool" ] || return 0
    dataset "$pool/calypso" -o "mountpoint=$srv" -o compression=lz4 -o atime=off -o xattr=sa
    # PostgreSQL writes pages of 8 KiB in any order and keeps them in a cache of its own.
    dataset "$pool/calypso/db" -o recordsize=16K -o primarycache=metadata -o logbias=throughput
    # Large files, written once from start to end.
    dataset "$pool/calypso/backups" -o recordsize=1M
    dataset "$pool/calypso/object" -o recordsize=1M
    dataset "$pool/calypso/vtl" -o recordsize=1M
    dataset "$pool/calypso/uploads" -o recordsize=1M
    dataset "$pool/calypso/shares"
    dataset "$pool/calypso/iscsi" # for volumes; what is not a volume has no business there
    dataset "$pool/calypso/cache" -o com.sun:auto-snapshot=false
    dataset "$pool/calypso/_system"
}

dataset() { # with these properties; one that is there is left as it is
    local name=$1
    shift
    zfs list -H -o name "$name" >/dev/null 2>&1 || act zfs create "$@" "$name"
}

make_accounts() {
    act systemd-sysusers ${root:+--root="$root"} - <"$bundle/deploy/sysusers.d/calypso.conf"
}

make_folders() {
    act systemd-tmpfiles ${root:+--root="$root"} --create - <"$bundle/deploy/tmpfiles.d/calypso.conf"
}
