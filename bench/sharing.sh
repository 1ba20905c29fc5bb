# A binhost on this machine and two who use it; read by the measures of sharing.

# A store, and a binhost that it is pushed to, with a key: builder WHO RECIPES...
export HOME="$work/home"
mkdir -p "$HOME"

# workspace NAME BINHOST RECIPES...: a directory whose configuration names a binhost.
workspace() {
    mkdir -p "$work/$1"
    name=$1 binhost=$2
    shift 2
    { printf 'recipes: ['; printf '"%s", ' "$@"; printf ']\nbinhosts:\n  - {name: bench, %s}\n' "$binhost"; } > "$work/$name/.buildit-config.yaml"
}

# key: one for all of this run, which everybody here trusts as his own.
key() { [ -e "$HOME/.config/buildit/keys/default.key" ] || "$buildit" key new > "$work/log"; }

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
