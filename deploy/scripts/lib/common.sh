#!/bin/bash
# What install.sh and uninstall.sh share: words, refusals, and doing things or only saying them.
# shellcheck disable=SC2034 # names that other files use

dry=  # set: change nothing, say what would be done
root= # a prefix of every path, for images and tests
program=${0##*/}

say() { printf '%s\n' "$*"; }
step() { printf '== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }

refuse() { # the reason and the way out
    printf '%s: %s\n' "$program" "$*" >&2
    exit 1
}

misused() {
    printf '%s: %s Try --help.\n' "$program" "$*" >&2
    exit 2
}

act() { # a command that changes something; its arguments are no secrets
    if [ "$dry" ]; then
        note "would: $(shown "$@")"
    else
        "$@"
    fi
}

shown() { # a command as a person would type it
    local word line=
    for word; do
        case $word in
            *[!A-Za-z0-9_./:=@,+%-]* | '') line+=" '${word//\'/\'\\\'\'}'" ;;
            *) line+=" $word" ;;
        esac
    done
    printf '%s' "${line# }"
}

put() { # stdin becomes a file, whole or not at all, whatever ends us: put MODE OWNER:GROUP PATH
    local mode=$1 owner=$2 path=$3 aside
    if [ "$dry" ]; then
        cat >/dev/null
        note "would write $path ($mode, $owner)"
        return
    fi
    aside=$(mktemp "$path.XXXXXX") # made 0600, so that it is never open to others
    cat >"$aside"
    own "$owner" "$aside"
    chmod "$mode" "$aside"
    sync "$aside" # else a power cut may leave the name and no content
    mv -T "$aside" "$path"
    sync "$(dirname "$path")"
}

own() { # own OWNER:GROUP PATH; accounts of an image are those of the image
    local owner=${1%:*} group=${1#*:}
    chown "$(id_in passwd "$owner"):$(id_in group "$group")" "$2"
}

id_in() { # id_in passwd|group NAME: its number, on the machine that is installed
    local found
    found=$(sed -n "s/^$2:[^:]*:\([0-9]*\):.*/\1/p" "$root/etc/$1" 2>/dev/null | head -n 1)
    [ "$found" ] || found=$(getent "$1" "$2" | cut -d: -f3)
    [ "$found" ] || refuse "there is no $2 in $root/etc/$1, though it was just made."
    printf '%s' "$found"
}

random_hex() { # of so many bytes
    od -An -vtx1 -N"$1" /dev/urandom | tr -d ' \n'
}

random_base64() { head -c "$1" /dev/urandom | base64 -w0; }

version_of() { # the version in a manifest.json, with no Python yet
    sed -n 's/^.*"version": *"\([A-Za-z0-9.+_-]*\)".*$/\1/p' "$1" | head -n 1
}

value_of() { # value_of NAME FILE: what a file of NAME=value lines says, without quotes
    local found
    [ -r "$2" ] || return 0
    found=$(sed -n "s/^ *\(export  *\)\{0,1\}$1=//p" "$2" | tail -n 1)
    case $found in
        \"*\") found=${found#\"} found=${found%\"} ;;
        \'*\') found=${found#\'} found=${found%\'} ;;
    esac
    printf '%s' "$found"
}

has() { command -v "$1" >/dev/null 2>&1; }

ctl() { # systemctl of the machine, or of the folder that becomes one
    if [ "$root" ] && [ -z "${started:-}" ]; then
        systemctl --root="$root" "$@"
    else
        systemctl "$@"
    fi
}

layout() { # every place, as calypso/drivers/system/layout.py names them
    home=$root/opt/adastra/calypso
    releases=$home/releases
    current=$home/current
    etc=$root/etc/calypso
    secrets=$etc/secrets.env
    settings_file=$etc/calypso.yaml
    srv=$root/srv/calypso
    state=$root/var/lib/calypso
    logs=$root/var/log/calypso
    begun=$state/install.begun
    installed=$state/installed
    units=$root/usr/local/lib/systemd/system
}
