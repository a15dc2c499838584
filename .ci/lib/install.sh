# What the tests need on a Debian machine, each part only where it is missing.

complain() {
  echo "ci: $*" >&2
  exit 1
}

require_node() {
  command -v node >/dev/null && command -v npm >/dev/null || complain "Node.js and npm are not installed"
}

install_packages() {
  local missing=() name
  PATH=$PATH:/usr/sbin:/sbin
  command -v docker >/dev/null && command -v dockerd >/dev/null || missing+=(docker.io)
  command -v iptables >/dev/null || missing+=(iptables)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  # For LiteLLM without Docker, the cloud's scripts and the example in Python.
  python_is_whole || missing+=(python3 python3-venv python3-pip)
  # The cloud's database is dumped and loaded by Debian's own programs.
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  # LiteLLM's page is opened in a real browser.
  command -v chromium >/dev/null || missing+=(chromium)
  # The scripts for completion run in the real shells.
  command -v zsh >/dev/null || missing+=(zsh)
  command -v fish >/dev/null || missing+=(fish)
  # What a terminal shows is looked at in one.
  command -v tmux >/dev/null || missing+=(tmux)
  # The second real engine; these four are what it takes to run containers and to have them find each other.
  for name in podman catatonit netavark aardvark-dns; do
    dpkg -s "$name" >/dev/null 2>&1 || missing+=("$name")
  done
  # Go asks its proxy by https.
  [[ -s /etc/ssl/certs/ca-certificates.crt ]] || missing+=(ca-certificates)
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null || complain "missing here, and only apt-get is known to install it: ${missing[*]}"
  echo "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq -o Acquire::Retries=3 update
  apt-get -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >/dev/null
}

python_is_whole() {
  python3 -c 'import ensurepip, pip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

go_is_new_enough() {
  local version
  version=$(go env GOVERSION 2>/dev/null) || return 1
  [[ $(printf '%s\n' go1.22 "$version" | sort -V | head -n 1) == go1.22 ]]
}

# For the example in Go. Debian 12's own is too old.
install_go() {
  local folder=/usr/local/lib/goat-dev-ci-go
  go_is_new_enough && return
  export PATH=$folder/usr/lib/go-1.24/bin:$PATH
  go_is_new_enough && return
  echo "installing Go"
  rm -rf "$folder"
  unpack_from_debian_13 "$1/go-packages" "$folder" golang-1.24-go golang-1.24-src
  go_is_new_enough || complain "the Go toolchain does not run here"
}

# Debian 12 has no Compose v2; the plugin of Debian 13 runs on it.
install_compose() {
  local unpacked=$1/compose
  docker compose version >/dev/null 2>&1 && return
  echo "installing the Compose plugin"
  unpack_from_debian_13 "$1/compose-packages" "$unpacked" docker-compose
  install -D -m 755 "$unpacked/usr/libexec/docker/cli-plugins/docker-compose" \
    /usr/local/lib/docker/cli-plugins/docker-compose
  docker compose version >/dev/null || complain "the Compose plugin does not run here"
}

# unpack_from_debian_13 WORK TARGET PACKAGE...: from the mirror that this machine's apt uses, and without touching its sources.
unpack_from_debian_13() {
  local work=$1 target=$2 mirror package options
  shift 2
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || complain "no Debian mirror is set up in apt's sources, and $* comes from one"
  mkdir -p "$work"/{lists,cache}/partial "$target"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
  options=(
    -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root
    -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=-
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache"
  )
  apt-get "${options[@]}" update
  (cd "$work" && apt-get "${options[@]}" download "$@")
  for package in "$work"/*.deb; do
    dpkg -x "$package" "$target"
  done
}

debian_mirror() {
  apt-get indextargets --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' \
    | awk '$1 == "main" && $2 ~ /^[a-z]+$/ && $3 ~ /\/debian\/$/ && !seen++ { print $3 }'
}
