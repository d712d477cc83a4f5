#!/bin/bash
# PostgreSQL and Redis on this machine, where no address names others: a cluster of our own whose
# data is with all other data, and an instance of our own that nobody uses without its password.
# shellcheck disable=SC2154 # names of common.sh and install.sh

SERVERS=/usr/lib/postgresql # a folder for each release of PostgreSQL
OWN_CLUSTER=calypso
OWN_REDIS=calypso
OWN_REDIS_PORT=6380
OWN_REDIS_FILE=/etc/redis/redis-$OWN_REDIS.conf

need_servers() { # packages for what no address names; an address has its server, and needs pg_dump
    if [ "$root" ] && { [ -z "$database_url" ] || [ -z "$redis_url" ]; }; then
        refuse "--root sets up no servers, since they would be this machine's. Name some with" \
            "--settings FILE."
    fi
    [ "$database_url" ] || packages+=(postgresql)
    [ "$redis_url" ] || packages+=(redis-server)
    [ "$root" ] || [ -z "$database_url" ] || has pg_dump || packages+=(postgresql-client)
}

prepare_servers() { # and the secrets that lead to them: once, whatever becomes of either later
    if [ -s "$secrets" ]; then
        note "$secrets stays as it is, and so do the servers it names"
        return
    fi
    [ "$database_url" ] || own_database
    [ "$redis_url" ] || own_redis
    write_secrets
}

install_packages() {
    local lacking=() name
    for name in "${packages[@]}"; do
        dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q ' installed$' ||
            lacking+=("$name")
    done
    [ ${#lacking[@]} -gt 0 ] || return 0
    has apt-get || refuse "these are missing, and there is no apt-get to install them with:" \
        "${lacking[*]}."
    [ -z "$root" ] || refuse "these are missing, and --root installs no packages: ${lacking[*]}." \
        "Name servers with --settings, or install the packages in the image first."
    if [[ " ${lacking[*]} " = *" postgresql "* ]] && [ ! -e /etc/postgresql-common ]; then
        act mkdir -p /etc/postgresql-common # no cluster where the package would put one
        echo "create_main_cluster = false" |
            put 644 root:root /etc/postgresql-common/createcluster.conf
    fi
    act apt-get -qq update -o DPkg::Lock::Timeout=300
    act env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "${lacking[@]}"
    if [[ " ${lacking[*]} " = *" redis-server "* ]]; then
        act systemctl disable --now redis-server.service # the package's own, which nobody uses
    fi
}

own_database() { # a cluster, its role with a new password, and its database; sets database_url
    local release port password
    if [ "$dry" ]; then
        note "would make a PostgreSQL cluster in $srv/db, with a role and a database calypso"
        return
    fi
    make_cluster
    read -r release port <<<"$(pg_lsclusters -h | awk -v own="$OWN_CLUSTER" '$2 == own { print $1, $3 }')"
    systemctl enable --now "postgresql@$release-$OWN_CLUSTER.service"
    password=$(random_hex 24)
    database_url="postgresql://calypso:$password@127.0.0.1:$port/calypso"
    as_postgres "$port" <<END
SELECT 'CREATE ROLE calypso LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'calypso') \gexec
ALTER ROLE calypso PASSWORD '$password';
SELECT 'CREATE DATABASE calypso OWNER calypso' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'calypso') \gexec
END
}

make_cluster() { # unless it is there; half of one, which a killed run left, has nothing in it yet
    local release unfinished=$state/cluster.begun
    if [ -s "$unfinished" ]; then
        release=$(cat "$unfinished")
        rm -rf "/etc/postgresql/$release/$OWN_CLUSTER" "$srv/db/$release"
    fi
    if ! pg_lsclusters -h | awk '{ print $2 }' | grep -qx "$OWN_CLUSTER"; then
        release=$(newest_server)
        echo "$release" | put 600 root:root "$unfinished"
        # As many connections as two releases open at most, which run beside each other for a while.
        pg_createcluster --datadir "$srv/db/$release" --encoding UTF8 --locale C.UTF-8 \
            --start-conf auto --pgoption max_connections=200 \
            "$release" "$OWN_CLUSTER" -- --data-checksums >/dev/null
    fi
    rm -f "$unfinished"
}

newest_server() { # of the releases of PostgreSQL that are here, not of their clients alone
    find "$SERVERS" -path '*/bin/initdb' -printf '%P\n' | cut -d/ -f1 | sort -V | tail -n 1
}

as_postgres() { # statements from stdin, so that a password is in no argument
    runuser -u postgres -- psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --port "$1" \
        --dbname postgres --output /dev/null || refuse "the local PostgreSQL could not be set up."
}

own_redis() { # an instance of its own, configured once; sets redis_url
    local password
    if [ "$dry" ]; then
        note "would start a Redis of its own on port $OWN_REDIS_PORT, with a password"
        return
    fi
    [ -s "$OWN_REDIS_FILE" ] || put 640 redis:redis "$OWN_REDIS_FILE" <<END
# Carries hints and live progress only: it may lose all of it, so nothing is written to disk. What
# it cannot take it must refuse, never evict.
bind 127.0.0.1 -::1
port $OWN_REDIS_PORT
requirepass $(random_hex 24)
maxmemory-policy noeviction
save ""
appendonly no
dir /var/lib/redis
END
    password=$(awk '$1 == "requirepass" { print $2 }' "$OWN_REDIS_FILE")
    redis_url="redis://:$password@127.0.0.1:$OWN_REDIS_PORT/0"
    systemctl enable --now "redis-server@$OWN_REDIS.service"
}
