# The second user: nginx-prod from a binhost into an empty store, bit by bit the same, without a toolchain. And the first one, who pushes again: nothing, and one changed file.

. "$bench/sharing.sh"

# content DIRECTORY: what is in it, by name and digest.
content() { (cd "$1" && find . -type f -exec sha256sum {} + | sort); }

# A copy, as one file of it is changed.
root=$(dirname -- "$bench")
workspace first "url: '$work/bin'" "$root/pkgs"
cp -R "$root/containers/nginx-prod" "$work/first"
"$buildit" -C "$work/first" nginx-prod --push -o "$work/first/out" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
serve "$work/bin"
workspace second "download: '$url'" "$root/pkgs"
cp -R "$root/containers/nginx-prod" "$work/second"
for run in $(seq "$runs"); do
    took "$work/second.buildit" env BUILDIT_STORE="$work/store-$run" "$buildit" -C "$work/second" nginx-prod -o "$work/second/out-$run"
    [ "$(content "$work/first/out")" = "$(content "$work/second/out-$run")" ] || { echo "failed: the second user's images are others" >&2; exit 1; }
    [ -z "$(ls "$work/store-$run/trees")" ] || { echo 'failed: the second user has unpacked packages' >&2; exit 1; }
done
asked=$(grep -c . "$requests")
stop
seq 15 | awk '{ print 3 }' > "$work/second.goal"
report "second user, nginx-prod, empty store" "$work/second.buildit" 'the goal' "$work/second.goal" 1.0
printf '%-34s %8d    requests, %s MB in its store\n' '  of each of these' "$((asked / runs))" "$(du -sm "$work/store-1" | cut -f 1)"

# moved: what a push has put into the binhost: names of files that were not there, or are others now.
moved() { content "$work/bin" > "$work/now"; comm -13 "$work/before" "$work/now" | cut -d ' ' -f 3 | grep -v '/\.lock' || :; }

content "$work/bin" > "$work/before"
took "$work/again" "$buildit" -C "$work/first" nginx-prod --push -o "$work/first/out"
printf '%-34s %8.2f s  %s files moved (goal 0)\n' 'push, unchanged container' "$(median "$work/again")" "$(moved | grep -c . || :)"
for run in $(seq "$runs"); do
    content "$work/bin" > "$work/before"
    configuration=$(find "$work/first/nginx-prod" -name nginx.conf | head -n 1)
    echo "# changed, run $run" >> "$configuration"
    took "$work/changed" "$buildit" -C "$work/first" nginx-prod --push -o "$work/first/out"
done
seq 15 | awk '{ print 1.8 }' > "$work/changed.goal"
report 'push, nginx.conf changed' "$work/changed" 'the goal' "$work/changed.goal" 1.0
moved | xargs -I {} du -k "$work/bin/{}" | sort -rn | awk '{ print "    " $1 " KB  " $2 }' | sed "s|$work/bin/||"
forget "$work"/store-* "$work/bin" "$work/first" "$work/second"
