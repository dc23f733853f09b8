#!/bin/sh
# train.sh JAVA OPTIONS JAR CACHE: starts the server once and uses it a little, so that the JVM can keep in CACHE which
# classes that takes and how they are linked. Starts with -XX:AOTCache=CACHE need half the time.
set -eu
java=$1 options=$2 jar=$3 cache=$4
data=$(mktemp -d)
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=zero GIT_AUTHOR_EMAIL=zero@example.org no_proxy='*'
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
"$java" -XX:AOTCacheOutput="$cache" "@$options" -jar "$jar" \
  serve --listen 127.0.0.1 --port 0 --data "$data/data" >"$data/log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$data"' EXIT
tries=0
until address=$(sed -n 's/^Millrace listens on //p' "$data/log") && [ -n "$address" ]; do
  tries=$((tries + 1))
  kill -0 "$server" 2>/dev/null && [ "$tries" -lt 600 ] || { cat "$data/log" >&2 && exit 1; }
  sleep 0.1
done
git init -q -b main "$data/pipelines"
cat >"$data/pipelines/training.yml" <<END
repository: training
on: {push: [main]}
stages: [look]
steps: {look: {image: none, run: "true"}}
END
git -C "$data/pipelines" add .
git -C "$data/pipelines" commit -q -m 'Be trained'
git -C "$data/pipelines" push -q "$address/git/pipelines.git" main 2>"$data/push" || { cat "$data/push" >&2 && exit 1; }
# It writes the cache when it ends.
kill "$server"
wait "$server" || true
[ -s "$cache" ] || { cat "$data/log" >&2 && exit 1; }
