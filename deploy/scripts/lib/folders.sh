#!/bin/bash
# Accounts, and where data lies: datasets where a pool is given, folders otherwise.
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

need_mounted() { # without their pool these folders are of the system's disk: no worker starts there
    [ "$pool" ] || return 0
    act mkdir -p "$worker_drop_ins"
    put 644 root:root "$worker_drop_ins/pool.conf" <<END
# Data lies in a pool, $pool. While it is not imported no worker starts, each tries again every
# few seconds, and the journal says why. To mend it: zpool import $pool && zfs mount -a
[Service]
ExecStartPre=/usr/bin/mountpoint /srv/calypso
END
}

make_accounts() { # make_accounts RELEASE: those that it needs
    act systemd-sysusers ${root:+--root="$root"} - <"$1/deploy/sysusers.d/calypso.conf"
}

make_folders() { # make_folders RELEASE: those that it needs
    act systemd-tmpfiles ${root:+--root="$root"} --create - <"$1/deploy/tmpfiles.d/calypso.conf"
}
