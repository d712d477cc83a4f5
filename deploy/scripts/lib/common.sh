#!/bin/bash
# What the scripts share: words, refusals, and doing things or only saying them.
# shellcheck disable=SC2034 # names that other files use

dry=  # set: change nothing, say what would be done
root= # a prefix of every path, for images and tests
program=${0##*/}
# `su` without a hyphen leaves the folders of root's programs out.
command -v runuser >/dev/null || PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

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

setting_of() { # setting_of NAME FILE: what a calypso.yaml says, without quotes and comment
    [ -r "$2" ] || return 0
    sed -n "s/^$1:[[:space:]]*//p" "$2" | tail -n 1 |
        sed "s/^\([\"']\)\([^\"']*\)\1.*$/\2/; t; s/[[:space:]][[:space:]]*#.*//; s/[[:space:]]*$//"
}

is_address() { # of a card and a port, as systemd takes it: it looks no names up
    [[ $1 =~ ^(\[[0-9a-fA-F:.]+\]|[0-9]{1,3}(\.[0-9]{1,3}){3}):[0-9]{1,5}$ ]]
}

given_root() { # the folder that --root names, which is never this machine itself
    root=$(cd "${1:-/}" 2>/dev/null && pwd -P) || refuse "--root: there is no folder $1."
    [ "$root" != / ] || misused "--root wants a folder that is not /. This machine: leave it out."
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
    record=$state/installation # what this machine is, kept with its secrets
    installed=$state/installed
    units=$root/usr/local/lib/systemd/system
    worker_drop_ins=$root/etc/systemd/system/calypso-worker@.service.d
}
