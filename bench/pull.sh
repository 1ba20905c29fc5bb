# A large package over http on this machine: fetched, verified, unpacked, durable and registered, into an empty store. Against curl | zstd -d | tar x of the same blob, which
# verifies nothing and leaves it to the kernel when to write. Each run into a directory of its own: ext4 is slow where much was just deleted.

. "$bench/sharing.sh"

workspace builder "url: '$work/bin'" "$bench/pkgs" "$bench/../pkgs"
"$buildit" -C "$work/builder" push bench/large > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
blob=$(ls -S "$work/bin/blobs/sha256" | head -n 1)
serve "$work/bin"
workspace user "download: '$url'" "$bench/pkgs" "$bench/../pkgs"

pull_buildit() { took "$work/pull.buildit" env BUILDIT_STORE="$work/pulled-$1" "$buildit" -C "$work/user" pull bench/large; }
pull_peer() { mkdir "$work/tree-$1" && took "$work/pull.peer" sh -c "curl -sS '${url}blobs/sha256/$blob' | zstd -dc | tar x -C '$work/tree-$1'"; }

for run in $(seq "$runs"); do
    sync
    pull_buildit "$run"
    sync
    pull_peer "$run"
done
stop
report "pull, $(du -sm "$work/tree-1" | cut -f 1) MB, $(find "$work/tree-1" -type f | wc -l) files" "$work/pull.buildit" 'curl | zstd -d | tar x' "$work/pull.peer" 1.15
forget "$work"/pulled-* "$work"/tree-* "$work/bin"
