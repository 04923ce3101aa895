# Programs that Debian 12 does not have, from another Debian: a folder with that system in it, and commands
# run there. Read by .ci/debian-13 and the command that it makes. Needs root, or sudo.

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo --preserve-env "$@"; fi
}

# Debian's mirror, as apt on this machine has it.
mirror() {
    # shellcheck disable=SC2016 # apt's variables
    local format='$(ORIGIN)|$(LABEL)|$(REPO_URI)' list
    list=$(apt-get indextargets --format "$format" 'Created-By: Packages' | sed -n 's/^Debian|Debian|//p')
    [ -n "$list" ] || { echo "apt knows no mirror of Debian; apt-get update may help" >&2; return 1; }
    head -n 1 <<< "$list"
}

# chroot_make FOLDER SUITE PACKAGE...: makes the folder, or completes it. What is there costs nothing.
chroot_make() {
    local folder=$1 suite=$2 script=$2 mirror try
    shift 2
    if [ "$(cat "$folder/etc/made-with" 2> /dev/null)" = "$*" ]; then
        return 0
    fi
    if [ ! -e "$folder" ]; then
        mirror=$(mirror) || return
        # Releases later than this machine's debootstrap are made as the latest is.
        [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=sid
        as_root rm -rf --one-file-system "$folder.part"
        as_root mkdir -p "$folder.part"
        as_root debootstrap --variant=minbase "$suite" "$folder.part" "$mirror" "$script" || return
        # How this machine reaches the mirror.
        apt-config dump | { grep -E '^Acquire::(Check-|Retries|ForceIPv|https?::)' || true; } |
            as_root tee "$folder.part/etc/apt/apt.conf.d/99host" > /dev/null
        as_root mv "$folder.part" "$folder"
    fi
    for try in 1 2 3; do
        # shellcheck disable=SC2016 # the words of the inner shell
        if chroot_run "$folder" '' / sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive \
            apt-get install --yes --no-install-recommends "$@" && apt-get clean' sh "$@"; then
            as_root tee "$folder/etc/made-with" > /dev/null <<< "$*"
            return 0
        fi
        sleep $((try * 5))
    done
    return 1
}

# chroot_run FOLDER BINDS WORKING_FOLDER COMMAND...: BINDS are folders of this machine, with colons
# between, that are there under the same names. The mounts are the command's own and vanish with it:
# nothing stays mounted, and whoever removes the folder removes nothing else.
chroot_run() {
    # shellcheck disable=SC2016 # the words of the inner shells
    as_root unshare --mount --propagation private bash -c '
        set -euo pipefail
        chroot=$1 binds=$2 working=$3
        shift 3
        mount --bind "$chroot" "$chroot"
        mount -t proc proc "$chroot/proc"
        mount --rbind /dev "$chroot/dev"
        mount -t tmpfs tmpfs "$chroot/tmp"
        for file in /etc/resolv.conf /etc/hosts; do
            [ -e "$file" ] || continue
            touch "$chroot$file"
            mount --bind "$file" "$chroot$file"
        done
        # The certificates are read only: a package that is installed there would replace them by its own.
        if [ -d /etc/ssl/certs ]; then
            mkdir -p "$chroot/etc/ssl/certs"
            mount --bind --options ro /etc/ssl/certs "$chroot/etc/ssl/certs"
        fi
        IFS=:
        for folder in $binds; do
            [ -d "$folder" ] || continue
            mkdir -p "$chroot$folder"
            mount --bind "$folder" "$chroot$folder"
        done
        unset IFS
        exec chroot "$chroot" /usr/bin/env -u LD_LIBRARY_PATH -u TMPDIR HOME=/root LANG=C.UTF-8 \
            PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$working" "$@"
    ' bash "$@"
}
