# What people see while they wait.
began=$(date +%s)

paint() { printf '\033[%sm%s\033[0m' "$1" "$2"; }
bold() { paint 1 "$1"; }
dim() { paint 2 "$1"; }
red() { paint 31 "$1"; }
green() { paint 32 "$1"; }
yellow() { paint 33 "$1"; }

say() { printf '%s\n' "$1"; }
heading() { say "$(paint '1;36' "==> $1")"; }
warning() { say "$(yellow "warning: $1")"; }
good() { say "$(paint '1;32' "✔ $1")"; }
bad() {
  say "$(paint '1;31' "✘ $1")"
  exit 1
}

# A sample has no real work to do: it takes the time that real work would take.
pause() { sleep "$1"; }
elapsed() { echo "$(($(date +%s) - began)) s"; }
sentence() { echo "$1" | tr _ ' '; }
