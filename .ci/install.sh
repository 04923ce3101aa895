# Installs what is missing; what is there costs nothing. Read by .ci/run.

# The given Debian packages, if any.
debian() {
    [ $# -gt 0 ] || return 0
    local root=
    [ "$(id -u)" = 0 ] || root=sudo
    # Package mirrors are not always there at the first try.
    local try
    for try in 1 2 3; do
        if $root apt-get update &&
            $root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
                -o DPkg::Lock::Timeout=600 "$@"; then
            return 0
        fi
        sleep $((try * 5))
    done
    return 1
}

# The given components of the Rust toolchain.
components() {
    local component
    for component; do
        if ! cargo "${component#rust}" --version > /dev/null 2>&1; then
            rustup component add "$component"
        fi
    done
}

# The standard libraries of the given targets.
targets() {
    local target
    for target; do
        if ! ls "$(rustc --print target-libdir --target "$target")"/libstd-* > /dev/null 2>&1; then
            rustup target add "$target"
        fi
    done
}
