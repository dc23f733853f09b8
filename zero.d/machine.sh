# What the machine has to offer: programs, a JDK 25, Maven, a browser.
# On Debian and its kin root gets what is missing from apt.

say() { printf '%s\n' "zero: $*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Two that install at once wait for each other: apt's own lock does not cover its lists.
apt_install() {
  [ "$(id -u)" = 0 ] && have apt-get || return 1
  say "installing $*"
  (
    flock 9
    export DEBIAN_FRONTEND=noninteractive
    get() { apt-get -qq -o DPkg::Lock::Timeout=600 "$@" >/dev/null 9>&-; }
    get install -y --no-install-recommends "$@" 2>/dev/null ||
      { get update && get install -y --no-install-recommends "$@"; }
  ) 9>/var/lock/millrace-apt.lock
}

# need PROGRAM PACKAGE: the program is there afterwards, or this was it
need() {
  have "$1" || apt_install "$2" || true
  have "$1" || die "$1 is missing; install it (on Debian: apt install $2)"
}

# In a locale without UTF-8 Java cannot name every file; machines that only build often have none at all.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *[Uu][Tt][Ff]*8*) ;;
  *) export LC_ALL=C.UTF-8 ;;
esac

is_jdk25() { [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[".]' "$1/release" 2>/dev/null; }

# Sets JAVA_HOME, whatever the machine's default java is.
jdk() {
  javac=$(command -v javac || true)
  for home in "${JAVA_HOME:-/}" "${javac:+$(dirname "$(readlink -f "$javac")")/..}" \
    /usr/lib/jvm/* /opt/jdk* /opt/java/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
    "${HOME:-}"/.local/share/mise/installs/java/* "${HOME:-}"/.asdf/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if is_jdk25 "$home"; then
      JAVA_HOME=$(cd "$home" && pwd -P)
      export JAVA_HOME
      return
    fi
  done
  die "no JDK 25 was found; install one (https://adoptium.net/temurin/releases/?version=25, or: sdk install java 25-tem) or set JAVA_HOME to it"
}

git_238() {
  need git git
  # shellcheck disable=SC2046 # two words: major and minor
  set -- $(git --version | sed 's/[^0-9]*\([0-9]*\)\.\([0-9]*\).*/\1 \2/')
  [ "$1" -gt 2 ] || { [ "$1" -eq 2 ] && [ "$2" -ge 38 ]; } ||
    die "git $1.$2 is too old to merge without a working tree; install git 2.38 or later"
}

ready_to_build() {
  jdk
  need mvn maven
  git_238
}

browser() {
  # the same browser without its windows, where there is a package of it: the tests take less time with it
  have chromium-headless-shell || apt_install chromium-headless-shell || true
  have chromium || have google-chrome || apt_install chromium chromium-driver || true
  have chromedriver || apt_install chromium-driver || true
  have chromedriver ||
    die "the browser tests need Chromium and its chromedriver; install them (on Debian: apt install chromium chromium-driver)"
}
