# The demo: a server, two sample repositories, and branches that flow, fail, collide and take their time.
# What was pushed once is not pushed again: a second demo goes on with what the first one left.

DEMO_DATA=data/demo

demo() {
  port=8080 fresh=
  while [ $# -gt 0 ]; do
    case $1 in
      --port) port=${2:?--port needs a number} && shift ;;
      --port=*) port=${1#--port=} ;;
      --fresh) fresh=yes ;;
      *) die "the demo knows --port N and --fresh, not $1" ;;
    esac
    shift
  done
  case $port in
    '' | *[!0-9]*) die "--port wants a number, not $port" ;;
  esac
  jar
  engine
  demo_image
  free_port "$port"
  no_other_demo
  [ -z "$fresh" ] || rm -rf "$DEMO_DATA"
  start_server "$port" "$DEMO_DATA"
  seed "http://127.0.0.1:$port/git"
  greet "$port"
  wait "$server" || die "the server ended by itself, with status $?"
}

free_port() {
  listening "$1" || return 0
  die "port $1 is taken by $(holder "$1"); choose another with: ./zero demo --port $(($1 + 1))"
}

# curl says 7 when nobody listens.
listening() {
  curl -s -o /dev/null --noproxy '*' --max-time 2 "http://127.0.0.1:$1/" && return 0
  [ $? -ne 7 ]
}

# Who listens on a port, as far as the system tells.
holder() {
  pid=
  if [ -r /proc/net/tcp ]; then
    inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
      awk -v port="$(printf ':%04X$' "$1")" '$4 == "0A" && $2 ~ port {print $10; exit}')
    pid=$(find /proc/[0-9]*/fd -lname "socket:\[${inode:-none}\]" 2>/dev/null | head -n 1 | cut -d / -f 3)
  elif have lsof; then
    pid=$(lsof -nP -t -iTCP:"$1" -sTCP:LISTEN 2>/dev/null | head -n 1)
  fi
  if [ -n "$pid" ]; then
    echo "process $pid ($(ps -o args= -p "$pid" 2>/dev/null | cut -c1-80 || cat "/proc/$pid/comm"))"
  else
    echo 'another program'
  fi
}

no_other_demo() {
  running=$(cat "$DEMO_DATA.pid" 2>/dev/null) || return 0
  kill -0 "$running" 2>/dev/null && grep -q millrace "/proc/$running/cmdline" 2>/dev/null || return 0
  die "a demo is running already as process $running; stop it first (Ctrl-C where it runs, or: kill $running)"
}

# start_server PORT DATA: it is ready afterwards, and ends with this shell.
start_server() {
  mkdir -p "$2"
  serve --port "$1" --data "$2" --listen 127.0.0.1 &
  server=$!
  echo "$server" >"$2.pid"
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  trap 'stop_server' EXIT
  await_ready "http://127.0.0.1:$1" kill -0 "$server" ||
    die "the server did not get ready; what it said is above"
}

stop_server() {
  rm -rf "${seeding:-}"
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -f "$DEMO_DATA.pid"
}

# await_ready ADDRESS COMMAND...: as long as the command says that there is something to wait for
await_ready() {
  address=$1
  shift
  tries=0
  until curl -sf -o /dev/null --noproxy '*' --max-time 2 "$address/health/ready"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 600 ] || ! "$@" >/dev/null 2>&1; then
      return 1
    fi
    sleep 0.1
  done
}

# A directory to work in, and a git that knows nothing of whose machine this is.
seeding_ground() {
  seeding=$(mktemp -d)
  export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 no_proxy='*'
  export GIT_AUTHOR_NAME='Millrace demo' GIT_AUTHOR_EMAIL=demo@example.org
  export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
}

# seed ADDRESS: of the repositories, such as http://127.0.0.1:8080/git
seed() {
  seeding_ground
  seed_main "$1" pipelines pipelines 'Let changes flow'
  seed_main "$1" shop demo/shop 'Open the shop'
  seed_main "$1" weather demo/weather 'Report the weather'
  # The second collides with the first, the third fails its tests, the fourth takes a minute.
  seed_branch "$1" shop integrate/gift-wrapping
  seed_branch "$1" shop integrate/saturdays
  seed_branch "$1" shop integrate/summer-sale
  seed_branch "$1" shop integrate/endurance
  seed_branch "$1" weather integrate/wind-chill
  seed_branch "$1" weather preview/snow
  rm -rf "$seeding"
}

# seed_main ADDRESS REPOSITORY DIRECTORY SUBJECT: what is in the directory becomes the first commit, if there is none
seed_main() {
  await_repository "$1/$2.git"
  if ! git ls-remote --exit-code "$1/$2.git" refs/heads/main >/dev/null; then
    say "pushing main of $2"
    cp -R "$3" "$seeding/main-$2"
    git -C "$seeding/main-$2" init -q -b main
    git -C "$seeding/main-$2" add .
    git -C "$seeding/main-$2" commit -q -m "$4"
    git -C "$seeding/main-$2" push -q "$1/$2.git" main
  fi
}

# seed_branch ADDRESS REPOSITORY BRANCH: the patch of that name, on top of the first commit, becomes the branch, once
seed_branch() {
  pushed=$DEMO_DATA/pushed-by-zero
  ! grep -qxs "$2 $3" "$pushed" || return 0
  say "pushing $3 of $2"
  [ -d "$seeding/$2" ] || git clone -q "$1/$2.git" "$seeding/$2"
  git -C "$seeding/$2" checkout -q -b "$3" "$(git -C "$seeding/$2" rev-list --max-parents=0 origin/main | tail -n 1)"
  git -C "$seeding/$2" am -q --ignore-date <"demo/branches/$2/$3.patch"
  git -C "$seeding/$2" push -q origin "$3"
  echo "$2 $3" >>"$pushed"
}

# A repository comes into being when a definition names it.
await_repository() {
  tries=0
  until git ls-remote "$1" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || die "there is no repository at $1"
    sleep 0.1
  done
}

greet() {
  cat <<END

  Millrace is at  http://127.0.0.1:$1

  The samples are the repositories shop and weather. Send a branch of your own:

    git clone http://127.0.0.1:$1/git/shop.git && cd shop
    git switch -c integrate/my-first
    echo 'M-700;Marzipan;520' >>src/catalogue.txt
    git commit -am 'Sell marzipan' && git push origin HEAD

  Or change the process itself; a push that makes no sense is refused with line and column:

    git clone http://127.0.0.1:$1/git/pipelines.git

  Ctrl-C stops the server; ./zero demo goes on from there, ./zero demo --fresh starts over.

END
}
