# The pictures of the pages for the README: a server of its own, the demo's repositories, and the pages as they stand
# when some changes have passed, one has failed and one is on its way.

screenshots() {
  pictures=docs/pictures
  [ $# -eq 0 ] || pictures=$1
  browser
  jar
  engine
  demo_image
  need curl curl
  scratch=$(mktemp -d)
  port=8390
  while listening "$port"; do port=$((port + 1)); done
  DEMO_DATA=$scratch/data
  start_server "$port" "$DEMO_DATA"
  # The same names at every run: most of what a commit is called by is when it was made.
  export GIT_AUTHOR_DATE='2026-01-05T09:00:00Z' GIT_COMMITTER_DATE='2026-01-05T09:00:00Z'
  seeding_ground
  git="http://127.0.0.1:$port/git"
  seed_main "$git" pipelines pipelines 'Let changes flow'
  seed_main "$git" shop demo/shop 'Open the shop'
  for subject in 'Count the tea bags' 'Weigh the honey' 'Polish the cups'; do
    seed_test "$git" "$subject"
  done
  await_change 3 passed
  seed_branch "$git" shop integrate/gift-wrapping
  seed_branch "$git" shop integrate/saturdays
  seed_branch "$git" shop integrate/summer-sale
  seed_branch "$git" shop integrate/endurance
  await_change 6 failed
  await_text 'api/v1/pipelines/shop/changes/7' '"state":"running"'
  # far enough for its own steps to have begun
  await_text 'api/v1/pipelines/shop/changes/7/stages/verify/steps/unit/log' 'customer 3 of'
  test_classes
  say "taking pictures into $pictures"
  "$JAVA_HOME/bin/java" -cp "target/test-classes:$(cat target/test.classpath)" dev.millrace.web.Pictures \
    "http://127.0.0.1:$port" "$pictures" "$scratch/proofs" \
    flow=/pipelines/shop change=/pipelines/shop/changes/6 log=/pipelines/shop/changes/6/verify/unit \
    statistics=/pipelines/shop/statistics || status=$?
  rm -rf target/pictures && mkdir -p target && cp -R "$scratch/proofs" target/pictures
  say "how they look as pictures: target/pictures"
  stop_server
  trap - EXIT
  rm -rf "$scratch"
  return "${status:-0}"
}

test_classes() {
  maven test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile=target/test.classpath
}

# seed_test ADDRESS SUBJECT: a branch of the shop with one more test, which passes
seed_test() {
  word=$(printf '%s' "$2" | tr '[:upper:] ' '[:lower:]-')
  say "pushing integrate/$word of shop"
  [ -d "$seeding/shop" ] || git clone -q "$1/shop.git" "$seeding/shop"
  git -C "$seeding/shop" checkout -q -b "integrate/$word" "$(git -C "$seeding/shop" rev-list --max-parents=0 origin/main | tail -n 1)"
  printf 'it_can_%s() {\n  expect 1 1\n}\n' "$(printf '%s' "$word" | tr - _)" >"$seeding/shop/test/$(printf '%s' "$word" | tr - _)_test.sh"
  git -C "$seeding/shop" add .
  git -C "$seeding/shop" -c user.name='Mira Halvorsen' commit -q --author 'Mira Halvorsen <mira@example.org>' -m "$2"
  git -C "$seeding/shop" push -q origin "integrate/$word"
}

# await_change NUMBER STATE
await_change() {
  await_text "api/v1/pipelines/shop/changes/$1" "\"state\":\"$2\",\"reason\""
}

# await_text PATH TEXT: five minutes at most
await_text() {
  tries=0
  until curl -s --noproxy '*' --max-time 5 "http://127.0.0.1:$port/$1" | tr -d '\n' | sed 's/" *: */":/g; s/, *"/,"/g' | grep -qF "$2"; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || die "the demo did not get as far as the pictures need it: nothing of \"$2\" at /$1"
    sleep 1
  done
}
