# A thousand packages looked up at a binhost that takes 20 ms for each answer: what a run takes longer than with a binhost that has nothing. Its records are signed by nobody, so
# that each of them is asked for, judged and refused, and nothing is downloaded.

. "$bench/sharing.sh"

count=1000
for who in none slow; do
    mkdir -p "$work/$who/pkgs" "$work/$who/many"
    cp -R "$bench/../pkgs/debian" "$work/$who/pkgs/debian"
    { printf -- '- vars: {name: many, version: "1"}\n'; for n in $(seq $count); do printf -- '- package: many/p%s\n' "$n"; done; printf -- '- image: {type: oci, compression: none}\n'; } > "$work/$who/many/container.yaml"
    for n in $(seq $count); do
        mkdir -p "$work/$who/pkgs/many/p$n"
        printf 'name: p%s\nversions: {"1": {}}\nneeds: {tools: [debian/dash]}\nbuild: {install: "echo %s > $OUTPUT/p%s"}\n' "$n" "$n" "$n" > "$work/$who/pkgs/many/p$n/pkg.yaml"
    done
done
workspace none "url: '$work/nothing'" ./pkgs
"$buildit" -C "$work/none" plan --json many > "$work/plan" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
python3 "$bench/records.py" "$work/plan" "$work/records"
serve "$work/records" 0.02
workspace slow "download: '$url'" ./pkgs

# look WHO: what no binhost has is not built, and fails; all of them are asked about.
look() { "$buildit" -C "$work/$1" many --require-binhost --keep-going || [ $? -gt 5 ]; }

for run in $(seq "$runs"); do
    took "$work/lookup.none" look none
    took "$work/lookup.slow" look slow
done
asked=$(grep -c records/../ "$requests" || :)
stop
awk -v a="$(median "$work/lookup.slow")" -v b="$(median "$work/lookup.none")" -v count=$count -v asked=$((asked / runs)) 'BEGIN {
    printf "%-34s %8.2f s  %-34s %8.2f s  difference %.2f s (goal 0.5)  %s, %d records asked for\n", "lookup, " count " packages, 20 ms", a, "with an empty binhost", b, a - b, a - b <= 0.5 ? "met" : "MISSED", asked }'
forget "$work/none" "$work/slow" "$work/records"
