#!/bin/bash
# Starts Postgres as users of the official image know it: an empty data folder is set up from POSTGRES_*, a used one is left as it is.
set -euo pipefail
shopt -s nullglob

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

become_postgres() {
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres '{}' +
  HOME=/var/lib/postgresql exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
}

require_password() {
  if [[ -z $password && $auth != trust ]]; then
    fail 'Error: Database is uninitialized and superuser password is not specified.' \
      '       You must specify POSTGRES_PASSWORD to a non-empty value for the' \
      '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".'
  fi
}

make_cluster() {
  local extra=()
  if [[ -n ${POSTGRES_INITDB_ARGS:-} ]]; then
    mapfile -t extra < <(xargs -n 1 printf '%s\n' <<<"$POSTGRES_INITDB_ARGS")
  fi
  if [[ -n $password ]]; then
    initdb --username="$user" --pwfile=<(printf '%s\n' "$password") "${extra[@]}"
  else
    initdb --username="$user" "${extra[@]}"
  fi
  printf '\nhost all all all %s\n' "$auth" >>"$PGDATA/pg_hba.conf"
}

query() {
  PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$user" "$@"
}

make_database() {
  [[ $database == postgres ]] && return
  query --dbname postgres --set db="$database" <<<'CREATE DATABASE :"db";'
}

run_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    printf '%s: running %s\n' "$0" "$script"
    case $script in
      *.sh) if [[ -x $script ]]; then "$script"; else . "$script"; fi ;;
      *.sql) query --dbname "$database" --file "$script" ;;
      *) printf '%s: ignoring %s\n' "$0" "$script" ;;
    esac
  done
}

# The server that runs the scripts listens on its socket only, so that nobody outside takes it for the real one.
first_boot() {
  require_password
  make_cluster
  pg_ctl --wait start -o "-c listen_addresses='' -p 5432"
  make_database
  run_scripts
  pg_ctl --wait --mode fast stop
  printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

[[ $# -eq 0 || $1 == -* ]] && set -- postgres "$@"
[[ $1 == postgres ]] || exec "$@"
[[ $(id -u) -eq 0 ]] && become_postgres "$@"

user=${POSTGRES_USER:-postgres}
password=${POSTGRES_PASSWORD:-}
database=${POSTGRES_DB:-$user}
auth=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
export POSTGRES_USER=$user POSTGRES_DB=$database

if [[ -s $PGDATA/PG_VERSION ]]; then
  printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
else
  first_boot
fi
exec "$@"
