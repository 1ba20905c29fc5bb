# Timing for the measures; read by bench/run.

# took FILE COMMAND...: adds the command's wall time in seconds to FILE. A command that fails ends everything and shows what it said.
took() {
    times=$1
    shift
    started=$(date +%s.%N)
    "$@" > "$work/log" 2>&1 || { cat "$work/log"; echo "failed: $*"; exit 1; } >&2
    echo "$started $(date +%s.%N)" | awk '{ printf "%.3f\n", $2 - $1 }' >> "$times"
}

# median FILE
median() { sort -n "$1" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

# report WHAT FILE_OF_BUILDIT PEER FILE_OF_PEER GOAL
report() {
    a=$(median "$2") b=$(median "$4")
    awk -v what="$1" -v a="$a" -v peer="$3" -v b="$b" -v goal="$5" \
        'BEGIN { printf "%-34s %8.2f s  %-34s %8.2f s  ratio %.2f (goal %s)  %s\n", what, a, peer, b, a / b, goal, a / b <= goal ? "met" : "MISSED" }'
}

# alone WHAT FILE PEER HOW: there is nothing to compare with.
alone() { printf '%-34s %8.2f s  %s: not installed; %s\n' "$1" "$(median "$2")" "$3" "$4"; }

# has COMMAND
has() { command -v "$1" > /dev/null; }

# forget PATH...: removes files that may be read-only.
forget() {
    for path; do
        [ ! -e "$path" ] || { chmod -R u+w "$path" && rm -rf "$path"; }
    done
}
