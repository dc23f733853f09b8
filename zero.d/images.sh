# The images that steps run in, made in seconds from what the machine has: no registry is asked.
# An image carries the sum of what it was made from, and is made again when that changes (this file included).
# Where the machine is no Linux, or has no busybox, they are built on public images instead.

DEMO_IMAGE=millrace/demo:1
JDK_IMAGE=millrace/jdk25:1

# What a pipeline of shell scripts needs: busybox and git.
demo_image() {
  need git git
  have busybox || apt_install busybox-static || true
  ensure "$DEMO_IMAGE" demo_tree "$(git --version; authorities | git hash-object --stdin)" 'FROM alpine:3
RUN apk add --no-cache git'
}

# What Millrace's own pipeline needs: the above, a JDK 25 and Maven.
jdk_image() {
  ready_to_build
  have busybox || apt_install busybox-static || true
  ensure "$JDK_IMAGE" jdk_tree "$(git --version; authorities | git hash-object --stdin; cat "$JAVA_HOME/release"; maven_home)" 'FROM maven:3-eclipse-temurin-25
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*' \
    'ENV JAVA_HOME=/opt/jdk' 'ENV PATH=/opt/jdk/bin:/opt/maven/bin:/usr/bin:/bin'
}

# ensure IMAGE TREE-MAKER MADE-FROM DOCKERFILE [CHANGES...]
# To be called on a line of its own: behind && or || a shell would go on after an error.
ensure() {
  image=$1 maker=$2 dockerfile=$4
  recipe=$({ cat zero.d/images.sh; printf '%s' "$3"; } | git hash-object --stdin)
  if [ "$(docker image inspect -f '{{index .Config.Labels "dev.millrace.recipe"}}' "$image" 2>/dev/null)" = "$recipe" ]; then
    return 0
  fi
  shift 4
  say "making the image $image"
  old=$(docker image inspect -f '{{.Id}}' "$image" 2>/dev/null || true)
  if [ "$(uname)" = Linux ] && have busybox; then
    from_this_machine "$@"
  else
    printf '%s\n' "$dockerfile" | docker build -q --label "dev.millrace.recipe=$recipe" -t "$image" - >/dev/null ||
      die "the image $image could not be built; install busybox (on Debian: apt install busybox-static) or let the engine reach a registry"
  fi
  # What it replaces would stay behind without a name; one that a container still uses does.
  [ -z "$old" ] || docker rmi "$old" >/dev/null 2>&1 || true
}

from_this_machine() {
  for change; do
    shift
    set -- "$@" --change "$change"
  done
  mkdir -p target
  tree=$(mktemp -d target/image.XXXXXX)
  "$maker" "$tree"
  tar -C "$tree" --owner=0 --group=0 --numeric-owner -cf "$tree.tar" .
  docker import --change "LABEL dev.millrace.recipe=$recipe" "$@" "$tree.tar" "$image" >/dev/null
  rm -rf "$tree" "$tree.tar"
}

demo_tree() {
  mkdir -p "$1/bin" "$1/usr/bin" "$1/etc/ssl/certs" "$1/root" "$1/tmp" "$1/var/tmp" "$1$(git --exec-path)" "$1/usr/share/git-core"
  chmod 1777 "$1/tmp" "$1/var/tmp"
  printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/tmp:/bin/sh' >"$1/etc/passwd"
  printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >"$1/etc/group"
  echo 'hosts: files dns' >"$1/etc/nsswitch.conf"
  authorities >"$1/etc/ssl/certs/ca-certificates.crt"
  # The C library does not bring its only locale with UTF-8 itself, and Java names files by the locale.
  [ ! -d /usr/lib/locale/C.utf8 ] || { mkdir -p "$1/usr/lib/locale" && cp -RL /usr/lib/locale/C.utf8 "$1/usr/lib/locale/"; }
  cp -L "$(command -v busybox)" "$1/bin/busybox"
  for tool in $(busybox --list); do
    [ "$tool" = busybox ] || ln -s busybox "$1/bin/$tool"
  done
  cp -L "$(command -v git)" "$1/usr/bin/git"
  cp -a "$(git --exec-path)/." "$1$(git --exec-path)/"
  cp -a /usr/share/git-core/templates "$1/usr/share/git-core/"
  libraries "$1" "$(command -v busybox)" "$(command -v git)" "$(git --exec-path)/git-remote-https"
}

jdk_tree() {
  demo_tree "$1"
  mkdir -p "$1/opt/jdk" "$1/opt/maven"
  cp -a "$JAVA_HOME/." "$1/opt/jdk/"
  rm -rf "$1/opt/jdk/lib/src.zip" "$1/opt/jdk/jmods" "$1/opt/jdk/demo" "$1/opt/jdk/man"
  # Distributions link Java's trust store to the machine's.
  rm -f "$1/opt/jdk/lib/security/cacerts"
  cp -L "$JAVA_HOME/lib/security/cacerts" "$1/opt/jdk/lib/security/cacerts"
  cp -aL "$(maven_home)/." "$1/opt/maven/"
  # What packaging/hold.pl needs, for a server that is built on this image.
  if have perl; then
    cp -L "$(command -v perl)" "$1/usr/bin/perl"
    perl -MPOSIX -MSocket -MErrno -Mwarnings -e 'print "$_\n" for values %INC, @DynaLoader::dl_shared_objects' | while read -r file; do
      mkdir -p "$1$(dirname "$file")"
      cp -L "$file" "$1$file"
    done
    libraries "$1" "$(command -v perl)"
  fi
  libraries "$1" "$JAVA_HOME/bin/java" "$JAVA_HOME/lib/server/libjvm.so" "$JAVA_HOME"/lib/lib[jnz]*.so
}

# libraries TREE FILE...: what the files are linked with, and what the C library loads by itself
libraries() {
  tree=$1
  shift
  {
    ldd "$@" 2>/dev/null | awk '$2 == "=>" && $3 ~ "^/" {print $3} $1 ~ "^/" && $2 ~ "^[(]" {print $1}'
    for name in nss_files.so.2 nss_dns.so.2 resolv.so.2 dl.so.2 m.so.6 pthread.so.0 rt.so.1 gcc_s.so.1 stdc++.so.6; do
      echo "$(dirname "$(ldd "$(command -v git)" | awk '/libc\.so/ {print $3}')")/lib$name"
    done
  } | sort -u | while read -r library; do
    case $library in "${JAVA_HOME:-/none}"/*) continue ;; esac
    [ -e "$library" ] || continue
    mkdir -p "$tree$(dirname "$library")"
    cp -L "$library" "$tree$library"
  done
}

maven_home() { dirname "$(dirname "$(readlink -f "$(command -v mvn)")")"; }

# The machine's certificate authorities; a company's own among them.
authorities() {
  for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do
    if [ -f "$file" ]; then
      cat "$file"
      return
    fi
  done
}
