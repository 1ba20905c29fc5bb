# Keys and the plan of 10,001 packages, each with five dependencies, a source and a file of its own, against nix-instantiate on an equal graph; and a run that
# finds 1,000 packages done. cold: nothing is remembered; warm: an earlier run remembered what the files say.

graph=$work/graph
awk -v count=10000 -v dir="$graph" -f "$bench/graph.awk"
remembering=$work/graph-store

plan() { BUILDIT_STORE=$1 "$buildit" -C "$graph" plan top/all; }

instantiate() {
    NIX_STORE_DIR=$1/store NIX_STATE_DIR=$1/var NIX_LOG_DIR=$1/log NIX_CONF_DIR=$1/etc NIX_REMOTE='' nix-instantiate "$graph/nix/default.nix"
}

# What was written within the last second is not remembered: it may change again without a sign.
sleep 2
# The sources are nowhere, so that a build ends when it has read the graph.
BUILDIT_STORE=$remembering "$buildit" -C "$graph" top/all > "$work/log" 2>&1 || [ $? = 4 ] || { cat "$work/log" >&2; exit 1; }
for run in $(seq "$runs"); do
    took "$work/graph.cold" plan "$work/graph-none"
    grep -q '^To build: 10001;' "$work/log"
    took "$work/graph.warm" plan "$remembering"
    grep -q '^To build: 10001;' "$work/log"
    if has nix-instantiate; then
        forget "$work/nix"
        mkdir -p "$work/nix/etc"
        echo 'build-users-group =' > "$work/nix/etc/nix.conf"
        took "$work/graph.cold.peer" instantiate "$work/nix"
        took "$work/graph.warm.peer" instantiate "$work/nix"
    fi
done
seq "$runs" | awk '{ print 2.5 }' > "$work/graph.cold.goal"
seq "$runs" | awk '{ print 0.35 }' > "$work/graph.warm.goal"
for state in cold warm; do
    report "10,001 packages, $state" "$work/graph.$state" 'the goal' "$work/graph.$state.goal" 1.0
    if has nix-instantiate; then
        report "10,001 packages, $state" "$work/graph.$state" 'nix-instantiate' "$work/graph.$state.peer" 1.0
    else
        alone "10,001 packages, $state" "$work/graph.$state" nix-instantiate "'apt-get install nix-bin' and run this again"
    fi
done
forget "$graph" "$work/nix" "$remembering"

# 1,000 packages that write a file each; the first time, that is 1,000 builds.
many=$work/many-packages
mkdir -p "$many/pkgs/top/all"
printf 'recipes: ["./pkgs", "%s"]\n' "$(dirname -- "$bench")/pkgs" > "$many/.buildit-config.yaml"
seq 1000 | while read -r i; do
    mkdir -p "$many/pkgs/small/p$i"
    printf 'name: p%s\nversions: {1.0: {}}\nneeds: {tools: [debian/dash, debian/coreutils, debian/findutils, debian/tar]}\nbuild: {install: "echo %s > $OUTPUT/p%s"}\n' \
        "$i" "$i" "$i" > "$many/pkgs/small/p$i/pkg.yaml"
done
{ printf 'name: all\nversions: {1.0: {}}\nneeds:\n  tools: [debian/dash, debian/coreutils, debian/findutils, debian/tar]\n  libs:\n'; seq -f '    - small/p%g' 1000; printf 'build: {install: "cat /p1 > $OUTPUT/all"}\n'; } > "$many/pkgs/top/all/pkg.yaml"
"$buildit" -C "$many" top/all > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
for run in $(seq $((runs * 5))); do
    took "$work/many" "$buildit" -C "$many" top/all
    grep -q 'Found HASH in the local store' "$work/log"
done
seq 15 | awk '{ print 0.1 }' > "$work/many.goal"
report 'run that finds 1,001 packages done' "$work/many" 'the goal' "$work/many.goal" 1.0
forget "$many"
