#!/bin/bash
# Put the release of this unpacked bundle in use on an installed machine, with or without an API that
# answers: the release's own program checks, puts by, migrates, switches and looks whether it
# serves, and undoes all that when it does not. Killed anywhere, run it again and it goes on.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
bundle=$(dirname "$here")
# shellcheck source=lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=lib/checks.sh
. "$here/lib/checks.sh"
# shellcheck source=lib/signature.sh
. "$here/lib/signature.sh"
key_file=''

usage() {
    cat <<'END'
upgrade.sh: upgrade this machine to the release of an unpacked bundle.

  --key FILE    public key that the bundle is signed with, beside those this machine trusts
  --dry-run     say what would be done and change nothing
  --root DIR    the machine is below DIR, for tests
END
}

options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --dry-run) dry=yes ;;
            -h | --help) usage && exit 0 ;;
            --key | --root)
                [ $# -gt 1 ] || misused "$1 wants a value."
                if [ "$1" = --key ]; then key_file=$2; else given_root "$2"; fi
                shift
                ;;
            *) misused "unknown: $1." ;;
        esac
        shift
    done
}

calypso() { # of the release in the bundle
    CALYPSO_CONFIG_DIR=$etc CALYPSO_ROOT=${root:-/} "$releases/$version/bin/calypso" "$@"
}

tell_new_workers() { # which subsystems a machine serves is its operator's choice
    local name
    for name in "$bundle"/deploy/systemd/calypso-worker@*.service.d; do
        name=$(basename "$name" .service.d)
        [ -d "$current/deploy/systemd/$name.service.d" ] ||
            note "new here: $name. To have this machine serve it: systemctl enable --now $name"
    done
}

main() {
    options "$@"
    layout
    [ "$(id -u)" = 0 ] || refuse "only root can upgrade a machine. Run it with sudo."
    [ -L "$current" ] || refuse "no release is in use in $home. Install one: install.sh."
    version=$(version_of "$bundle/manifest.json")
    step "Looking at the bundle of $version"
    check_signature
    [ -d "$releases/$version" ] || check_room "$RELEASE_MIB" "$releases"
    step "Upgrading $(basename "$(readlink "$current")") to $version"
    tell_new_workers
    act "$bundle/scripts/unpack.sh" "$bundle" "$releases/$version"
    if [ "$dry" ]; then
        note "would: calypso release activate $version"
        say "Nothing was changed."
        return
    fi
    trust_key
    calypso release recover || true # what an earlier call left half done; it says how that ended
    calypso release activate "$version"
}

main "$@"
