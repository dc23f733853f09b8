#!/bin/sh
# train.sh JAVA OPTIONS JAR CACHE: starts the server once and uses it a little, so that the JVM can keep in CACHE which
# classes that takes and how they are linked. Starts with -XX:AOTCache=CACHE need half the time, and so do first pages.
# What its compilers have learned is not kept: they would compile again at once what was often called in this training, for
# a second of processor time beside a start that uses both, and another when it is done.
set -eu
java=$1 options=$2 jar=$3 cache=$4
data=$(mktemp -d)
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=zero GIT_AUTHOR_EMAIL=zero@example.org no_proxy='*'
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
"$java" -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -XX:AOTCacheOutput="$cache" "@$options" -jar "$jar" \
  serve --listen 127.0.0.1 --port 0 --data "$data/data" </dev/null >"$data/log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$data"' EXIT
tries=0
until address=$(sed -n 's/^Millrace listens on //p' "$data/log") && [ -n "$address" ]; do
  tries=$((tries + 1))
  kill -0 "$server" 2>/dev/null && [ "$tries" -lt 600 ] || { cat "$data/log" >&2 && exit 1; }
  sleep 0.1
done
push() { git -C "$1" push -q "$address/git/$2.git" "$3" 2>"$data/push" || { cat "$data/push" >&2 && exit 1; }; }

# One pipeline that lands a branch without a container, and one whose map has something to draw.
git init -q -b main "$data/pipelines"
cat >"$data/pipelines/training.yml" <<END
repository: training
integrate: {branches: ["integrate/**"], into: main}
stages: [{name: main, promote: true}]
END
cat >"$data/pipelines/drawing.yml" <<END
repository: drawing
on: {push: [main]}
stages: [{name: first, steps: [look]}, {name: second, needs: [first], steps: [look]}, {name: third, needs: [first], steps: [look]}]
steps: {look: {image: none, run: "true"}}
END
git -C "$data/pipelines" add .
git -C "$data/pipelines" commit -q -m 'Be trained'
push "$data/pipelines" pipelines main
git init -q -b main "$data/training"
git -C "$data/training" commit -q --allow-empty -m 'Begin'
push "$data/training" training main
git -C "$data/training" commit -q --allow-empty -m 'Go on'
push "$data/training" training HEAD:refs/heads/integrate/on

fetch() {
  if command -v curl >/dev/null; then
    curl -s -o /dev/null --compressed --noproxy '*' --max-time 20 "$address$1" || true
  elif command -v wget >/dev/null; then
    wget -q -O /dev/null -T 20 "$address$1" || true
  fi
}
training=/pipelines/training
for path in /health/ready / "$training" "$training/changes/1" "$training/changes/1/row" "$training/stream" "$training/map" \
  "$training/statistics" /pipelines/drawing /pipelines/drawing/statistics /wall /search?q=on /badge/training.svg /live.js \
  "/api/v1$training" "/api/v1$training/changes" "/api/v1$training/statistics" /nowhere; do
  fetch "$path"
done
# It writes the cache when it ends.
kill "$server"
wait "$server" || true
[ -s "$cache" ] || { cat "$data/log" >&2 && exit 1; }
