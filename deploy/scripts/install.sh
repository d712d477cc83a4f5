#!/bin/bash
# Install Calypso from an unpacked bundle, or join a control plane as a node. Run it again and
# what is done is left as it is; killed anywhere, run it again and it finishes.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
bundle=$(dirname "$here")
# shellcheck source=lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=lib/checks.sh
. "$here/lib/checks.sh"
# shellcheck source=lib/signature.sh
. "$here/lib/signature.sh"
# shellcheck source=lib/settings.sh
. "$here/lib/settings.sh"
# shellcheck source=lib/servers.sh
. "$here/lib/servers.sh"
# shellcheck source=lib/folders.sh
. "$here/lib/folders.sh"

pool='' given_file='' key_file='' certificate_file='' certificate_key_file='' join_url=''
token_file='-' node='' started='' role=all packages=()
listen='' workers='' identity=''
ALL_WORKERS='storage tape backup system'
DEFAULT_LISTEN=0.0.0.0:443
CONTROL_PLANE='a control plane'
database_url='' redis_url='' jwt_key='' secrets_key='' version=''
host_name=$(hostname -s 2>/dev/null || cat /proc/sys/kernel/hostname)

usage() {
    cat <<'END'
install.sh: install Calypso from an unpacked bundle on Debian 12, Ubuntu 24.04 or later.

  --key FILE             public key that the bundle is signed with; kept as trusted from then on
  --pool NAME            keep data in datasets of this pool; without, in folders of /srv/calypso
  --settings FILE        read CALYPSO_DATABASE_URL and CALYPSO_REDIS_URL from there (-: stdin);
                         without, PostgreSQL and Redis are installed on this machine
  --listen ADDRESS:PORT  where the API listens, by numbers (0.0.0.0:443)
  --tls-certificate FILE --tls-key FILE
                         PEM files for the API; without, a certificate signed by itself is made
  --workers NAMES        subsystems this machine serves, with commas (all that there are)
  --node NAME            what this machine is called (its host name)
  --join URL             work for the control plane at https://…; nothing but workers is installed
  --token-file FILE      the one-time token of `calypso node token NODE` there (-: stdin)
  --dry-run              say what would be done and change nothing
  --root DIR             install below DIR, for an image; nothing is started there
  --start                with --root: start all the same, from DIR (for tests)
END
}

options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --dry-run) dry=yes ;;
            --start) started=yes ;;
            -h | --help) usage && exit 0 ;;
            --*=*)
                set -- "${1%%=*}" "${1#*=}" "${@:2}"
                continue
                ;;
            --root | --pool | --settings | --key | --listen | --tls-certificate | --tls-key | \
                --workers | --node | --join | --token-file)
                [ $# -gt 1 ] || misused "$1 wants a value."
                option "$1" "$2"
                shift
                ;;
            *) misused "unknown: $1." ;;
        esac
        shift
    done
}

option() { # one that has a value
    case $1 in
        --root) given_root "$2" ;;
        --pool) pool=$2 ;;
        --settings) given_file=${2/#-/\/dev/stdin} ;;
        --key) key_file=$2 ;;
        --listen) listen=$2 ;;
        --tls-certificate) certificate_file=$2 ;;
        --tls-key) certificate_key_file=$2 ;;
        --workers) workers=${2//,/ } ;;
        --node) node=$2 ;;
        --join) join_url=${2%/} role="a node" ;;
        --token-file) token_file=$2 ;;
    esac
}

check_options() {
    local name
    [ -z "$key_file" ] || [ -r "$key_file" ] || refuse "--key: $key_file cannot be read."
    is_address "${listen:-$DEFAULT_LISTEN}" ||
        misused "--listen: '$listen' is not ADDRESS:PORT, such as 192.0.2.1:443 or [::1]:443."
    [[ ${node:-a} =~ ^[a-z0-9][a-z0-9.-]*$ ]] ||
        misused "--node: '$node' is not of a-z, 0-9, points and hyphens."
    for name in $workers; do
        [ -d "$bundle/deploy/systemd/calypso-worker@$name.service.d" ] ||
            misused "--workers: there is no subsystem '$name'."
    done
    case $join_url in '' | https://*) ;; *) misused "--join wants an https:// address." ;; esac
    [ -z "$join_url" ] || [ "$node" ] || misused "--join wants --node, as the token was made for."
    identity=${join_url:+a node of $join_url} identity=${identity:-$CONTROL_PLANE}
}

choose() { # what no option says: as it was the last time, else as it is for everybody
    listen=${listen:-$(setting_of listen "$settings_file")} listen=${listen:-$DEFAULT_LISTEN}
    workers=${workers:-$(value_of WORKERS "$record")}
}

write_record() { # before the secrets, which make it binding
    {
        echo "# What install.sh made of this machine; uninstall.sh keeps it with the secrets."
        echo "ROLE='$identity'"
        echo "WORKERS='$workers'"
    } | put 644 root:root "$record"
}

calypso() { CALYPSO_CONFIG_DIR=$etc "$current/bin/calypso" "$@"; }

lay_release() {
    act "$bundle/scripts/unpack.sh" "$bundle" "$releases/$version"
    act ln -sfn "releases/$version" "$home/.current.new"
    act mv -T "$home/.current.new" "$current"
    [ "$root" ] || act ln -sfn "$current/bin/calypso" /usr/local/bin/calypso
}

join_control_plane() {
    if [ -s "$secrets" ]; then
        note "$secrets stays as it is: this machine has joined already"
    else
        [ ! -e "$secrets" ] || act rm -f "$secrets" # an empty one
        act calypso node join "$join_url" --node "$node" --into "$secrets" --token-file "$token_file"
    fi
}

prepare_database() {
    act calypso migrate || refuse "CALYPSO_DATABASE_URL in $secrets leads to no database that can" \
        "be used; what is wrong is above. Mend the server, or the address there."
    first_administrator
}

first_administrator() { # with a password nobody chose, in a file that only root reads
    local kept=$state/admin-password fresh=$state/.admin-password.new was_there=yes told
    if [ "$dry" ]; then
        note "would add the user admin, with a password in $kept"
        return
    fi
    if [ -f "$kept" ]; then fresh=$kept; fi
    if [ ! -f "$fresh" ]; then
        was_there=
        random_hex 12 | put 600 root:root "$fresh"
    fi
    told=$(calypso user add --role admin --password-file "$fresh" admin)
    if [ -z "$was_there" ] && [[ $told = *"exists already"* ]]; then
        rm -f "$fresh"
        note "the user admin is of an earlier installation, with the password it had there"
    elif [ "$fresh" != "$kept" ]; then
        mv -T "$fresh" "$kept" # last, so that what was cut in the middle is made up for
    fi
}

enable_units() {
    act "$bundle/scripts/units.sh" ${root:+--root "$root"} "$bundle"
    services=()
    if [ "$role" = all ]; then services=(calypso-api.socket calypso-api.service calypso-scheduler.service); fi
    for name in ${workers:-$ALL_WORKERS}; do services+=("calypso-worker@$name.service"); done
    [ "$root" ] || act systemctl daemon-reload
    act ctl enable calypso.target calypso-log.service "${services[@]}"
}

start_units() {
    [ -z "$root" ] || [ "$started" ] || return 0
    act systemctl start calypso.target calypso-log.service "${services[@]}"
    step "Checking that everything answers"
    local api=
    [ "$role" != all ] || api=--api
    if [ "$api" ] && [[ " ${services[*]} " = *" calypso-worker@system.service "* ]]; then
        act calypso job run system.noop
    fi
    # shellcheck disable=SC2086 # several names
    act calypso release check ${workers:-$ALL_WORKERS} $api
}

main() {
    options "$@"
    check_options
    layout
    placed=${started:+$root}/etc/calypso
    step "Looking at this machine"
    check_bundle
    check_machine
    check_signature
    check_earlier
    choose
    [ -f "$installed" ] || check_room "$NEED_MIB" "$releases" "$srv" "$state"
    check_port
    check_pool
    check_certificate
    know_addresses
    [ "$role" != all ] || need_servers
    packages+=(openssl)
    tell_missing

    step "Installing $version as $role"
    exec 9<"${root:-/}"
    flock -n 9 || refuse "another install.sh is running here."
    install_packages
    make_datasets
    make_accounts "$bundle"
    make_folders "$bundle"
    need_mounted
    echo "$version $role" | put 644 root:root "$begun"
    write_record
    trust_key
    lay_release
    if [ "$role" = all ]; then
        write_certificate
        write_settings
        prepare_servers
        prepare_database
    else
        write_settings
        join_control_plane
    fi
    enable_units
    start_units
    act mv -T "$begun" "$installed"
    farewell
}

farewell() {
    [ -z "$dry" ] || { say "Nothing was changed." && return; }
    step "Calypso $version is installed"
    [ "$role" = all ] || return 0
    note "Pages and API: https://$host_name${listen/#*:/:}"
    [ ! -f "$state/admin-password" ] ||
        note "Sign in as admin; the password is in $state/admin-password, which only root reads."
    note "Keep a copy of $secrets elsewhere: without it stored secrets are lost."
}

main "$@"
