#!/bin/bash
# What an operator may change later: calypso.yaml, and secrets that are made once and then kept.
# shellcheck disable=SC2154 # names of common.sh and install.sh

write_settings() {
    if [ -s "$settings_file" ]; then
        note "$settings_file stays as it is"
        return
    fi
    {
        echo "# Chosen at the installation; everything else has its default, which the rest tells."
        # A name that is pinned: jobs are kept by it, and a host may be called otherwise one day.
        # An image has none yet: whoever starts it has.
        [ -z "$node" ] && [ "$root" ] && [ -z "$started" ] || echo "node: ${node:-$(node_name)}"
        [ -z "$root" ] || [ -z "$started" ] || echo "root: $root"
        [ -z "$root" ] || [ -z "$started" ] || echo "state_dir: $state"
        if [ "$role" = all ]; then
            echo "listen: '$listen'"
            echo "tls_certificate: $placed/tls/server.crt"
            echo "tls_key: $placed/tls/server.key"
        fi
        echo
        template
    } | put 644 root:root "$settings_file"
}

template() { # the bundle's, all of it commented out
    local file=$bundle/deploy/etc/calypso.yaml
    [ ! -f "$file" ] || grep -E '^ *(#|$)' "$file" || true
}

node_name() { # of this machine, as calypso/config/settings.py makes it of the host's
    local name
    name=$(tr '[:upper:]' '[:lower:]' <<<"${host_name%%.*}" | sed 's/[^a-z0-9-]/-/g; s/^-*//; s/-*$//')
    printf '%s' "${name:-local}"
}

write_secrets() { # the addresses of the servers, and the keys
    {
        echo "# Made once, at the installation. Without CALYPSO_SECRETS_KEY what is stored in"
        echo "# secrets cannot be read any more: keep a copy where the machine's fate cannot reach."
        echo "CALYPSO_DATABASE_URL='$database_url'"
        echo "CALYPSO_REDIS_URL='$redis_url'"
        echo "CALYPSO_JWT_KEY='${jwt_key:-$(random_hex 32)}'"
        echo "CALYPSO_SECRETS_KEY='${secrets_key:-$(random_base64 32)}'"
    } | put 600 root:root "$secrets"
}

read_given() { # --settings: what would be secrets in an argument
    local given
    given=$(mktemp)
    cat "$1" >"$given" || refuse "$1 cannot be read."
    database_url=$(value_of CALYPSO_DATABASE_URL "$given")
    redis_url=$(value_of CALYPSO_REDIS_URL "$given")
    jwt_key=$(value_of CALYPSO_JWT_KEY "$given")
    secrets_key=$(value_of CALYPSO_SECRETS_KEY "$given")
    rm -f "$given"
    [ "$database_url$redis_url" ] || refuse "$1 names neither CALYPSO_DATABASE_URL nor" \
        "CALYPSO_REDIS_URL, which is what --settings is for."
}

know_addresses() { # those in force, of an earlier run or given now
    if [ "$given_file" ]; then read_given "$given_file"; fi
    if [ -s "$secrets" ]; then
        database_url=$(value_of CALYPSO_DATABASE_URL "$secrets")
        redis_url=$(value_of CALYPSO_REDIS_URL "$secrets")
    fi
}

write_certificate() {
    local names
    if [ "$certificate_file" ]; then
        put 644 root:root "$etc/tls/server.crt" <"$certificate_file"
        put 640 root:calypso "$etc/tls/server.key" <"$certificate_key_file"
        return
    fi
    if [ -f "$etc/tls/server.crt" ] && [ -f "$etc/tls/server.key" ]; then
        note "the certificate in $etc/tls stays as it is"
        return
    fi
    names=$(certificate_names)
    if [ "$dry" ]; then
        note "would make a certificate for $names, signed by itself, in $etc/tls"
        return
    fi
    (
        umask 077
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 \
            -subj "/CN=${host_name:0:64}" -addext "subjectAltName=$names" \
            -keyout "$etc/tls/.server.key.new" -out "$etc/tls/.server.crt.new" 2>/dev/null
    ) || refuse "openssl could not make a certificate for $names."
    put 640 root:calypso "$etc/tls/server.key" <"$etc/tls/.server.key.new"
    put 644 root:root "$etc/tls/server.crt" <"$etc/tls/.server.crt.new"
    rm -f "$etc/tls/.server.key.new" "$etc/tls/.server.crt.new"
    note "made a certificate, signed by itself, for $names"
}

certificate_names() { # what this machine is called and where it is
    local found="DNS:localhost,IP:127.0.0.1,IP:::1" name address
    for name in "$host_name" "$(hostname -f 2>/dev/null || true)"; do
        [ "$name" ] && [[ ,$found, != *",DNS:$name,"* ]] || continue
        found+=",DNS:$name"
    done
    for address in $(hostname -I 2>/dev/null || true); do found+=",IP:$address"; done
    printf '%s' "$found"
}

check_certificate() { # before anything is changed
    [ "$certificate_file$certificate_key_file" ] || return 0
    [ -r "$certificate_file" ] && [ -r "$certificate_key_file" ] ||
        refuse "--tls-certificate and --tls-key go together, and each names a file to read."
    [ "$(openssl x509 -noout -pubkey -in "$certificate_file" 2>/dev/null)" = \
        "$(openssl pkey -pubout -in "$certificate_key_file" 2>/dev/null)" ] ||
        refuse "$certificate_key_file is not the key of $certificate_file; both must be PEM."
}
