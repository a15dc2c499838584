# A Docker engine for the tests: the one that answers, else one of our own that ends with the run.

engine_pid=""

engine_answers() {
  docker info >/dev/null 2>&1
}

dockerd_lives() {
  grep -qsx dockerd /proc/[0-9]*/comm
}

start_engine() {
  local log=$1 limit_s=90
  engine_answers && return
  [[ -z ${DOCKER_HOST:-} ]] || complain "no engine answers at DOCKER_HOST=$DOCKER_HOST"
  if ! dockerd_lives; then
    # Left behind by a daemon that was killed; a new one refuses to start beside them.
    rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid
    echo "starting dockerd"
    setsid dockerd >"$log" 2>&1 &
    engine_pid=$!
  fi
  SECONDS=0
  until engine_answers; do
    [[ -z $engine_pid ]] || kill -0 "$engine_pid" 2>/dev/null || engine_failed "$log" "dockerd ended"
    [[ $SECONDS -lt $limit_s ]] || engine_failed "$log" "no engine answered for $limit_s s"
    sleep 0.2
  done
}

engine_failed() {
  [[ ! -s $1 ]] || tail -n 40 "$1" >&2
  complain "$2"
}

stop_engine() {
  [[ -n $engine_pid ]] || return 0
  kill "$engine_pid" 2>/dev/null || true
  wait "$engine_pid" 2>/dev/null || true
}
