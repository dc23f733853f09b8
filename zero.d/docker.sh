# A Docker engine: the one that answers, or else one of our own where root and apt are at hand.
# Ours outlives this command, and its containers outlive it: an engine is not a thing to restart for each test.

DEFAULT_ENGINE=unix:///var/run/docker.sock

engine_address() { printf '%s' "${DOCKER_HOST:-$DEFAULT_ENGINE}"; }

engine_socket() {
  case $(engine_address) in
    unix://*) engine_address | sed 's|^unix://||' ;;
    *) return 1 ;;
  esac
}

engine_answers() {
  if socket=$(engine_socket); then
    curl -sf --max-time 5 --unix-socket "$socket" http://docker/_ping >/dev/null 2>&1
  else
    have docker && docker version >/dev/null 2>&1
  fi
}

# An engine that only Docker's own client knows of (Docker Desktop, Colima) becomes known to the server as well.
adopt_context() {
  if [ -z "${DOCKER_HOST:-}" ] && [ ! -S /var/run/docker.sock ] && have docker; then
    host=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null) || return 0
    [ "$host" = "$DEFAULT_ENGINE" ] || export DOCKER_HOST="$host"
  fi
}

# An engine answers afterwards, and the client program is there.
engine() {
  need curl curl
  adopt_context
  if ! engine_answers && [ "$(id -u)" = 0 ] && [ "$(uname)" = Linux ] && engine_socket >/dev/null; then
    start_engine
  fi
  engine_answers ||
    die "no Docker engine answers at $(engine_address); start one, join its group (usermod -aG docker $(id -un)), or set DOCKER_HOST"
  need docker docker.io
}

# Two that start at once take turns; the second finds the first one's engine.
start_engine() {
  root=${MILLRACE_DOCKER_ROOT:-/var/lib/millrace-docker}
  mkdir -p "$root"
  have flock || return 0
  (
    flock 9
    engine_answers && exit 0
    have dockerd && have iptables || apt_install docker.io iptables ca-certificates || exit 0
    if [ -d /run/systemd/system ]; then
      systemctl start docker || true
    else
      bury "$root/pid" dockerd
      bury "$root/exec/containerd/containerd.pid" containerd
      say "starting dockerd, which keeps its things in $root and stays up"
      setsid dockerd --data-root "$root/data" --exec-root "$root/exec" -p "$root/pid" -H "$(engine_address)" \
        --live-restore >>"$root/log" 2>&1 </dev/null 9>&- &
    fi
    await_engine || tail -n 20 "$root/log" >&2
  ) 9>"$root/lock"
}

await_engine() {
  tries=0
  until engine_answers; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || return 1
    sleep 0.1
  done
}

# bury FILE PROGRAM: after a crash a file that still names a process that is gone (or a zombie, or by now another
# program) keeps dockerd from starting. Its containerd dies with it, though not at once.
bury() {
  [ -f "$1" ] || return 0
  tries=0
  while [ "$2" = containerd ] && is_alive "$(cat "$1")" "$2" && [ "$tries" -lt 30 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  is_alive "$(cat "$1")" "$2" || rm -f "$1"
}

is_alive() {
  state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) || return 1
  [ -n "$state" ] && [ "$state" != Z ] && [ "$(cat "/proc/$1/comm")" = "$2" ]
}
