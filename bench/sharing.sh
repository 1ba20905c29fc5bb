# A binhost on this machine and two who use it; read by the measures of sharing.

# A home of its own, with a key that everybody here trusts as his own.
export HOME="$work/home"
if [ ! -e "$HOME/.config/buildit/keys/default.key" ]; then
    mkdir -p "$HOME"
    "$buildit" key new > "$work/log" 2>&1
fi

# workspace NAME BINHOST RECIPES...: a directory whose configuration names a binhost.
workspace() {
    mkdir -p "$work/$1"
    name=$1 binhost=$2
    shift 2
    { printf 'recipes: ['; printf '"%s", ' "$@"; printf ']\nbinhosts:\n  - {name: bench, %s}\n' "$binhost"; } > "$work/$name/.buildit-config.yaml"
}

# serve DIRECTORY [DELAY]: sets url, and requests: a file with a line for each request.
serve() {
    requests=$work/requests
    rm -f "$work/port"
    python3 "$bench/server.py" "$1" "$work/port" "${2:-0}" > "$requests" 2> "$work/server.log" &
    server=$!
    while ! [ -s "$work/port" ]; do kill -0 "$server" || { cat "$work/server.log" >&2; exit 1; }; sleep 0.05; done
    url=http://127.0.0.1:$(cat "$work/port")/
}

# stop: ends the server.
stop() { kill "$server"; wait "$server" 2> /dev/null || :; server=; }
