#!/bin/bash
# Remove Calypso from this machine. Data, configuration and secrets stay, unless told otherwise.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=lib/common.sh
. "$here/lib/common.sh"

purge='' hurry='' started=''
PHRASE="destroy all data of this appliance"

usage() {
    cat <<'END'
uninstall.sh: remove Calypso's services and releases.

  --purge      destroy data, configuration and secrets, too; asks for a phrase on standard input
  --hurry      hand running jobs back instead of waiting for their end
  --dry-run    say what would be done and change nothing
  --root DIR   uninstall below DIR
  --start      with --root: its services run, end them first (for tests)
END
}

options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --purge) purge=yes ;;
            --hurry) hurry=yes ;;
            --dry-run) dry=yes ;;
            --start) started=yes ;;
            --root)
                [ $# -gt 1 ] || misused "--root wants a folder."
                given_root "$2"
                shift
                ;;
            -h | --help) usage && exit 0 ;;
            *) misused "unknown: $1." ;;
        esac
        shift
    done
}

confirm() {
    [ "$purge" ] && [ -z "$dry" ] || return 0
    say "Everything in $srv, $etc, $state and $logs will be gone, with the database, all"
    say "backups and every secret. Type this to go on: $PHRASE"
    local typed=
    read -r typed || true
    [ "$typed" = "$PHRASE" ] || refuse "not confirmed; nothing was changed."
}

end_services() {
    local name names=()
    [ -z "$root" ] || [ "$started" ] || return 0
    while read -r name _; do names+=("$name"); done < <(
        systemctl list-units --state=active,reloading,activating,deactivating \
            --plain --no-legend --full 'calypso-*'
    )
    [ ${#names[@]} -gt 0 ] || return 0
    step "Ending services; a worker ends with the last of its jobs"
    [ -z "$hurry" ] || hand_back "${names[@]}"
    act systemctl stop calypso.target "${names[@]}"
}

hand_back() { # the first signal drains a worker, the second hands its jobs back
    local name
    act systemctl stop --no-block calypso.target "$@"
    for name; do
        case $name in
            calypso-worker@*) # one without jobs may have ended by now
                act systemctl kill --kill-whom=main "$name" || true
                ;;
        esac
    done
}

remove_units() {
    local name
    for name in calypso.target calypso-api.socket calypso-api.service calypso-scheduler.service \
        calypso-log.service; do
        if [ -f "$units/$name" ]; then act ctl disable "$name"; fi
    done
    for name in "$root"/etc/systemd/system/calypso.target.wants/calypso-worker@*.service; do
        if [ -L "$name" ]; then act ctl disable "$(basename "$name")"; fi
    done
    remove "$units"/calypso* "$worker_drop_ins/pool.conf"
    rmdir "$worker_drop_ins" 2>/dev/null || true # which may have files of the operator's own
    remove "$root"/etc/{sysusers.d,tmpfiles.d}/calypso.conf "$root/etc/logrotate.d/calypso"
    [ "$root" ] || act systemctl daemon-reload
}

remove() { # what is there of these
    local path
    for path; do
        if [ -e "$path" ] || [ -L "$path" ]; then act rm -rf "$path"; fi
    done
}

remove_releases() {
    remove "$releases" "$current" "$home/previous" "$begun" "$installed"
    if [ "$(readlink "$root/usr/local/bin/calypso" 2>/dev/null)" = "$current/bin/calypso" ]; then
        remove "$root/usr/local/bin/calypso"
    fi
}

remove_data() {
    local dataset
    if [ -z "$root" ] && has pg_lsclusters && pg_lsclusters -h | awk '{ print $2 }' | grep -qx calypso; then
        act pg_dropcluster --stop "$(pg_lsclusters -h | awk '$2 == "calypso" { print $1 }')" calypso
    fi
    if [ -z "$root" ] && [ -f /etc/redis/redis-calypso.conf ]; then
        act systemctl disable --now redis-server@calypso.service
        remove /etc/redis/redis-calypso.conf
    fi
    if has zfs && dataset=$(zfs list -H -o name,mountpoint 2>/dev/null | awk -v at="$srv" '$2 == at { print $1 }') &&
        [ "$dataset" ]; then
        act zfs destroy -r "$dataset"
    fi
    remove "$srv" "$etc" "$state" "$logs" "$root/run/calypso" "$home"
}

main() {
    options "$@"
    [ "$dry" ] || [ "$(id -u)" = 0 ] || refuse "only root can remove services. Use sudo."
    layout
    confirm
    end_services
    step "Removing services and releases"
    remove_units
    remove_releases
    if [ "$purge" ]; then
        step "Removing data, configuration and secrets"
        remove_data
    else
        say "Kept: $srv, $etc, $state, $logs, and the local database. --purge removes them, too."
    fi
    if [ "$dry" ]; then say "Nothing was changed."; fi
}

main "$@"
