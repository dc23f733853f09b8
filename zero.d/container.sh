# Millrace as a container image, and the proof that it works as one: it runs steps in containers beside its own.

container() {
  tag=millrace/server:latest
  while [ $# -gt 0 ]; do
    case $1 in
      --tag) tag=${2:?--tag needs a name} && shift ;;
      --tag=*) tag=${1#--tag=} ;;
      *) die "the image command knows --tag NAME, not $1" ;;
    esac
    shift
  done
  jar
  engine
  demo_image
  choose_base
  say "building $tag on $base"
  old=$(docker image inspect -f '{{.Id}}' "$tag" 2>/dev/null || true)
  docker build -q --build-arg "BASE=$base" -t "$tag" . >/dev/null
  prove "$tag"
  # What it replaces would stay behind without a name.
  [ -z "$old" ] || docker rmi "$old" >/dev/null 2>&1 || true
  say "$tag is good: it integrated a branch and restarted"
}

# A public image where a registry can be reached, else the one made here.
choose_base() {
  base=${MILLRACE_BASE:-eclipse-temurin:25-jre}
  if docker image inspect "$base" >/dev/null 2>&1 || docker pull -q "$base" >/dev/null 2>&1; then
    return 0
  fi
  [ -z "${MILLRACE_BASE:-}" ] || die "the engine has no image $base and cannot pull it"
  jdk_image
  base=$JDK_IMAGE
}

# prove IMAGE: started once, it takes a definition and a branch, and main moves
prove() {
  socket=$(engine_socket) || {
    say "not tried out: the engine is not on this machine"
    return 0
  }
  proof=millrace-proof-$$ proved=
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap forget_proof EXIT
  group=$(docker run --rm --network none -v "$socket:/socket" "$DEMO_IMAGE" stat -c %g /socket)
  docker run -d --name "$proof" -p 127.0.0.1::8080 -v "$socket:/var/run/docker.sock" --group-add "$group" "$1" >/dev/null
  at=http://$(docker port "$proof" 8080/tcp | head -n 1)
  await_ready "$at" is_running "$proof" || die "the container of $1 did not get ready"
  seed_proof "$at/git"
  await_main "$at/git/proof.git" || die "the container of $1 did not integrate a branch"
  docker kill -s HUP "$proof" >/dev/null
  await_second_start && await_ready "$at" is_running "$proof" || die "the container of $1 did not restart its server"
  proved=yes
}

# The port stays open meanwhile, so that an answer tells nothing.
await_second_start() {
  tries=0
  until [ "$(docker logs "$proof" 2>/dev/null | grep -c '^Millrace listens on')" -gt 1 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || return 1
    sleep 0.1
  done
}

is_running() { [ "$(docker inspect -f '{{.State.Running}}' "$1")" = true ]; }

forget_proof() {
  [ -n "$proved" ] || docker logs --tail 50 "$proof" >&2 || true
  rm -rf "${seeding:-}"
  docker stop "$proof" >/dev/null 2>&1 || true
  docker rm -fv "$proof" >/dev/null 2>&1 || true
}

seed_proof() {
  seeding_ground
  mkdir "$seeding/pipelines" "$seeding/proof"
  cat >"$seeding/pipelines/proof.yml" <<END
repository: proof
integrate:
  branches: ["integrate/**"]
  parallel: 1
stages:
  - look
  - name: main
    promote: true
steps:
  look:
    image: $DEMO_IMAGE
    run: cat branch.txt
END
  echo main >"$seeding/proof/main.txt"
  seed_main "$1" pipelines "$seeding/pipelines" 'Say how it is proved'
  seed_main "$1" proof "$seeding/proof" 'Begin'
  git clone -q "$1/proof.git" "$seeding/clone"
  first=$(git -C "$seeding/clone" rev-parse origin/main)
  echo branch >"$seeding/clone/branch.txt"
  git -C "$seeding/clone" switch -q -c integrate/branch
  git -C "$seeding/clone" add branch.txt
  git -C "$seeding/clone" commit -q -m 'Add what the step looks for'
  git -C "$seeding/clone" push -q origin integrate/branch
}

# Two minutes are long for a file that is printed.
await_main() {
  tries=0
  until [ "$(git ls-remote "$1" refs/heads/main | cut -f 1)" != "$first" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 240 ] || return 1
    sleep 0.5
  done
}
