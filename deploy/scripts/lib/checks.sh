#!/bin/bash
# What an installation needs, looked at before anything is changed: refused with the way out.
# shellcheck disable=SC2154,SC2034 # names of and for common.sh, install.sh and upgrade.sh

NEED_MIB=2048   # a release unpacked, the next one beside it, and room for a young database
RELEASE_MIB=768 # a release unpacked, and its wheels meanwhile

check_machine() {
    [ "$dry" ] || [ "$(id -u)" = 0 ] || refuse "only root can install services. Use sudo."
    [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
        refuse "this release is for Linux on x86_64, this machine is $(uname -sm)."
    check_system
    if [ -z "$root" ] && [ ! -d /run/systemd/system ]; then
        refuse "systemd is not running here. Calypso's services are systemd units; for a trial" \
            "without them: calypso up."
    fi
    check_python
}

check_system() {
    local file=$root/etc/os-release id version
    [ -r "$file" ] || file=/etc/os-release
    id=$(value_of ID "$file")
    version=$(value_of VERSION_ID "$file")
    case $id in
        debian) [ "${version%%.*}" -ge 12 ] 2>/dev/null && return ;;
        ubuntu) [ "${version%%.*}" -ge 24 ] 2>/dev/null && return ;;
    esac
    refuse "this is ${id:-an unknown system} ${version:-}. Calypso is installed on Debian 12 and" \
        "later, and on Ubuntu 24.04 and later."
}

check_python() { # on a machine; one that becomes an image is installed with this machine's
    python_ok && return
    has apt-get || refuse "Python 3.11 or later with its module venv is missing, and there is no" \
        "apt-get to install it with. Install python3 and python3-venv first."
    packages+=(python3 python3-venv)
}

python_ok() {
    python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

check_bundle() {
    [ -f "$bundle/manifest.json" ] || refuse "$bundle is no unpacked bundle: manifest.json is" \
        "missing. Unpack calypso-VERSION.tar.zst and run the install.sh in there."
    version=$(version_of "$bundle/manifest.json")
    [ "$version" ] || refuse "$bundle/manifest.json names no version."
}

check_earlier() { # what is here already
    local there
    if [ -L "$current" ]; then
        there=$(basename "$(readlink "$current")")
        [ "$there" = "$version" ] || refuse "release $there is installed here. To change to" \
            "$version: $bundle/scripts/upgrade.sh. To begin anew: uninstall.sh."
    fi
    check_identity
    if [ -f "$begun" ] && [ "$(cat "$begun")" != "$version $role" ]; then
        refuse "an installation of $(cat "$begun") was begun here and is half done; this is" \
            "$version $role. Run its install.sh again to finish it, or uninstall.sh to undo it."
    fi
}

check_identity() { # uninstall.sh keeps what a machine is, with the secrets that belong to it
    local was
    if [ -s "$secrets" ]; then
        was=$(value_of ROLE "$record")
        was=${was:-$CONTROL_PLANE}
        [ "$was" = "$identity" ] || refuse "this machine is $was, by $record and $secrets, and" \
            "you ask for $identity. uninstall.sh --purge takes all of what it was away; to keep" \
            "its data, uninstall.sh, and move $secrets and $settings_file to another place."
    fi
    agrees node "$node" "$(node_name)"
    agrees listen "$listen" "$DEFAULT_LISTEN"
}

agrees() { # agrees SETTING CHOSEN DEFAULT: calypso.yaml is kept, so nothing else may be asked for
    local there
    [ "$2" ] && [ -s "$settings_file" ] || return 0
    there=$(setting_of "$1" "$settings_file")
    [ "${there:-$3}" = "$2" ] || refuse "$settings_file says $1: ${there:-$3}, and you ask for" \
        "--$1 $2. Change it there first, or leave the option out."
}

check_room() { # check_room MIB PLACE…
    local place free_mib need_mib=$1
    shift
    for place; do
        while [ ! -d "$place" ]; do place=$(dirname "$place"); done
        free_mib=$(df -Pm "$place" | awk 'NR == 2 { print $4 }')
        [ "$free_mib" -ge "$need_mib" ] || refuse "$place has ${free_mib} MiB free, and" \
            "${need_mib} MiB are needed. Make room, or mount a larger disk there."
    done
}

check_port() {
    [ "$role" = all ] || return 0
    [ "$root" ] && [ -z "$started" ] && return 0
    systemctl is-active --quiet calypso-api.socket && return 0 # it is ours
    has python3 || return 0
    python3 - "$listen" <<'END' || refuse "port ${listen##*:} is taken by another program" \
        "(ss -ltnp shows which). End it, or name another place: --listen HOST:PORT."
import errno, socket, sys
host, _, port = sys.argv[1].rpartition(":")
host = host.strip("[]")
with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((host, int(port)))
    except OSError as failed:
        sys.exit(failed.errno == errno.EADDRINUSE)
END
}

check_pool() {
    [ "$pool" ] || return 0
    has zpool || refuse "--pool $pool: OpenZFS is not installed. $(how_zfs)"
    zpool list -H -o name "$pool" >/dev/null 2>&1 || refuse "there is no pool $pool here." \
        "$(zpool list -H -o name 2>/dev/null | tr '\n' ' ')is what there is."
    if ! zfs list -H -o name "$pool/calypso" >/dev/null 2>&1 && [ -d "$srv" ] &&
        [ -n "$(find "$srv" -mindepth 2 -print -quit)" ]; then
        refuse "$srv has files in it, which datasets would cover. Move them away, run this" \
            "again, and move them back."
    fi
}

how_zfs() {
    if [ "$(value_of ID /etc/os-release)" = ubuntu ]; then
        echo "apt-get install zfsutils-linux"
    else
        echo "Add contrib to the sources, then: apt-get install zfsutils-linux zfs-dkms linux-headers-amd64"
    fi
}

tell_missing() { # what is not here, what goes without it, and how to get it
    say "What this machine can do:"
    if has zfs && [ -e /dev/zfs ]; then
        note "OpenZFS: here"
    else
        note "OpenZFS: missing; storage is kept in folders, without snapshots. $(how_zfs)"
    fi
    if has scstadmin; then
        note "SCST: here"
    else
        note "SCST: missing; no iSCSI targets. There is no package of it: build scst-dkms from its" \
            "sources, with linux-headers and dkms installed."
    fi
    if has vtlcmd; then
        note "MHVTL: here"
    else
        note "MHVTL: missing; no virtual tape library, real ones and one of files work. See" \
            "docs/mhvtl.md for its packages and sources."
    fi
    if has bacula-dir || has bconsole; then
        note "Bacula: here"
    else
        note "Bacula: missing; no backup jobs. apt-get install bacula-director-pgsql bacula-sd" \
            "bacula-fd, or name a director elsewhere in calypso.yaml (bacula_director)."
    fi
}
