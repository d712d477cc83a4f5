#!/bin/bash
# Lay out the units of a release and what stands beside them: units.sh [--root DIR] RELEASE_FOLDER
#
# Copies, so that a unit can be masked and edited by drop-ins of the machine's own; what an earlier
# release laid out and this one has not goes. Where the socket listens is what calypso.yaml says.
# Accounts and folders that the release needs are made. Run it again and nothing changes. systemd
# reads units at the next `systemctl daemon-reload`, which is left to who runs this.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=lib/folders.sh
. "$here/lib/folders.sh"

if [ "${1:-}" = --root ]; then
    given_root "${2:-}"
    shift 2
fi
release=${1:?usage: units.sh [--root DIR] RELEASE_FOLDER}
layout
[ -f "$release/deploy/systemd/calypso.target" ] ||
    refuse "$release/deploy has no units of Calypso."
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

listen_where_settings_say() { # a machine whose settings do not say has no API, or a socket of its own
    local listen
    listen=$(setting_of listen "$settings_file")
    [ "$listen" ] || return 0
    is_address "$listen" || refuse "$settings_file: listen: $listen is not ADDRESS:PORT, and" \
        "systemd looks no names up. 0.0.0.0:443 is every address of this machine."
    mkdir "$made/calypso-api.socket.d"
    # Its name sorts first, so that a drop-in of the operator's own comes after it. Every address
    # is a port alone, which is IPv6, too.
    printf '[Socket]\nListenStream=\nListenStream=%s\n' "${listen#0.0.0.0:}" \
        >"$made/calypso-api.socket.d/00-listen.conf"
}

lay() { # one file, unless it is that already
    cmp -s "$1" "$2" && return
    install -D -m 644 "$1" "$2.new"
    mv -T "$2.new" "$2"
}

lay_units() {
    local file
    while IFS= read -r -d '' file; do
        lay "$made/$file" "$units/$file"
    done < <(cd "$made" && find . -type f -printf '%P\0')
    while IFS= read -r -d '' file; do
        [ -f "$made/$file" ] || rm -f "$units/$file"
    done < <(cd "$units" && find . -path './calypso*' -type f -printf '%P\0')
    find "$units" -path "$units/calypso*.d" -type d -empty -delete
}

cp -R "$release/deploy/systemd/." "$made"
listen_where_settings_say
lay_units
for file in sysusers.d/calypso.conf tmpfiles.d/calypso.conf logrotate.d/calypso; do
    lay "$release/deploy/$file" "$root/etc/$file"
done
make_accounts "$release"
make_folders "$release"
