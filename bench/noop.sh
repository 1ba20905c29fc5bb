# A run that finds everything done, through the launcher. Its goals are absolute: 0.15 s, 120 MB.

target=$(dirname -- "$bench")/containers/nginx-prod
"$buildit" "$target" -o "$work/out" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
for run in $(seq $((runs * 5))); do
    took "$work/noop" "$buildit" "$target" -o "$work/out"
    grep -q 'Nothing was built' "$work/log"
    took "$work/noop.peer" dotnet --version
done
seq 15 | awk '{ print 0.15 }' > "$work/noop.goal"
report 'run that finds everything done' "$work/noop" 'the goal' "$work/noop.goal" 1.0
printf '%-34s %8.2f s  for comparison\n' '  dotnet --version' "$(median "$work/noop.peer")"
if [ -x /usr/bin/time ]; then
    /usr/bin/time -f '%M' -o "$work/peak" "$buildit" "$target" -o "$work/out" > "$work/log" 2>&1
    awk '{ printf "%-34s %8.0f MB  (goal 120 MB)\n", "  its peak memory", $1 / 1024 }' "$work/peak"
else
    echo "  its peak memory: /usr/bin/time is not installed; 'apt-get install time' and run this again"
fi
forget "$work/out"
