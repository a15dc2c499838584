# What the tests need on a Debian machine, each part only where it is missing.

complain() {
  echo "ci: $*" >&2
  exit 1
}

require_node() {
  command -v node >/dev/null && command -v npm >/dev/null || complain "Node.js and npm are not installed"
}

install_packages() {
  local missing=()
  PATH=$PATH:/usr/sbin:/sbin
  command -v docker >/dev/null && command -v dockerd >/dev/null || missing+=(docker.io)
  command -v iptables >/dev/null || missing+=(iptables)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null || complain "missing here, and only apt-get is known to install it: ${missing[*]}"
  echo "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq -o Acquire::Retries=3 update
  apt-get -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >/dev/null
}

# Debian 12 has no Compose v2: the plugin of Debian 13 runs on it, taken out of its package without touching this machine's own sources.
install_compose() {
  local work=$1 mirror options
  docker compose version >/dev/null 2>&1 && return
  echo "installing the Compose plugin"
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || complain "no Debian mirror is set up in apt's sources, and the Compose plugin comes from one"
  mkdir -p "$work"/apt/{lists,cache}/partial "$work/apt/plugin"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/apt/sources.list"
  options=(
    -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root
    -o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=-
    -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache"
  )
  apt-get "${options[@]}" update
  (cd "$work/apt" && apt-get "${options[@]}" download docker-compose)
  dpkg -x "$work"/apt/docker-compose_*.deb "$work/apt/plugin"
  install -D -m 755 "$work/apt/plugin/usr/libexec/docker/cli-plugins/docker-compose" \
    /usr/local/lib/docker/cli-plugins/docker-compose
  docker compose version >/dev/null || complain "the Compose plugin does not run here"
}

debian_mirror() {
  apt-get indextargets --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' \
    | awk '$1 == "main" && $2 ~ /^[a-z]+$/ && $3 ~ /\/debian\/$/ && !seen++ { print $3 }'
}
