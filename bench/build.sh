# What buildit adds to a build: nginx as buildit builds it, against the very command that buildit ran in its sandbox, in the same root, run bare.

package=$work/nginx
cp -R "$(dirname -- "$bench")/containers/nginx-prod/pkgs/nginx" "$package"
printf 'recipes: ["%s"]\n' "$(dirname -- "$bench")/pkgs" > "$work/.buildit-config.yaml"

# A remark before the first patch gives the package another key, and the same build; its dependencies are left alone.
change_key() {
    for patch in "$package"/patches/*; do
        { echo "measured at $(date +%s.%N)"; cat "$patch"; } > "$work/patch" && mv "$work/patch" "$patch"
    done
}

# Looks for the sandbox of the running build, notes its command line, and keeps its inputs by hard links.
watch_sandbox() {
    forget "$work/bare" "$work/command"
    in_progress=$BUILDIT_STORE/work
    while kill -0 "$1" 2> /dev/null; do
        # Each process builds in a directory of its own, below the store's work directory.
        for status in "$in_progress"/*/build-*/out/status; do
            [ -e "$status" ] || continue
            directory=${status%/out/status}
            for process in /proc/[0-9]*; do
                if tr '\0' '\n' < "$process/cmdline" 2> /dev/null | grep -qxF "$directory/src"; then
                    mkdir "$work/bare"
                    cp -al "$directory/src" "$work/bare/src" 2> /dev/null || cp -a "$directory/src" "$work/bare/"
                    sed -z "s|^$directory/|$work/bare/|" "$process/cmdline" > "$work/command"
                    return
                fi
            done
        done
        sleep 0.05
    done
}

build_buildit() { "$buildit" "$package" & running=$!; watch_sandbox $running; wait $running; }

build_bare() {
    forget "$work/bare/build" "$work/bare/out"
    mkdir "$work/bare/build" "$work/bare/out"
    xargs -0 sh -c 'exec "$@" < /dev/null' sh < "$work/command"
}

"$buildit" "$package" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
for run in $(seq "$runs"); do
    change_key
    took "$work/build.buildit" build_buildit
    took "$work/build.peer" build_bare
done
report 'building nginx, whole command' "$work/build.buildit" 'the same commands, bare' "$work/build.peer" 1.1
forget "$work/bare"
