# The root of a C toolchain, from nothing: fetched, verified, unpacked, composed. Against mmdebstrap, which fetches and unpacks the same packages.

pkgs=$(dirname -- "$bench")/pkgs

# Everything that toolchain/c leads to, by the lock, as NAME=VERSION.
locked_closure() {
    sed -n 's|^ *- debian/\([^ ]*\).*|\1|p' "$pkgs/toolchain/c/pkg.yaml" > "$work/roots"
    awk -v roots="$(tr '\n' ' ' < "$work/roots")" '
        $1 == "Package:" { name = $2 }
        $1 == "Version:" { version[name] = $2 }
        $1 == "Depends:" { sub(/^Depends: */, ""); gsub(/,/, ""); depends[name] = $0 }
        END {
            left = split(roots, queue, " ")
            for (i = 1; i <= left; i++) {
                if (queue[i] in seen) continue
                seen[queue[i]] = 1
                print queue[i] "=" version[queue[i]]
                count = split(depends[queue[i]], next_ones, " ")
                for (j = 1; j <= count; j++) queue[++left] = next_ones[j]
            }
        }' "$pkgs/debian/packages.lock"
}

# The mirror that this machine's apt has for the suite; else everybody's.
mirror_of() {
    { apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2> /dev/null || :; } |
        awk -v suite="$1" '$2 == suite { sub(/\/$/, "", $1); print $1; found = 1; exit } END { if (!found) print "http://ftp.debian.org/debian" }'
}

cold_buildit() {
    forget "$work/cold"
    took "$work/toolchain.buildit" env BUILDIT_STORE="$work/cold" "$buildit" -C "$bench" bench/hello
}

cold_mmdebstrap() {
    forget "$work/mmdebstrap"
    took "$work/toolchain.peer" mmdebstrap --variant=extract --components=main --keyring="$pkgs/debian/keyring.gpg" \
        --include="$(tr '\n' ',' < "$work/closure" | sed 's/,$//')" "$suite" "$work/mmdebstrap" "deb $mirror $suite main"
}

suite=$(sed -n 's/^suite: *//p' "$pkgs/debian/distribution.yaml")
mirror=$(mirror_of "$suite")
locked_closure > "$work/closure"
what="toolchain root, cold, $(wc -l < "$work/closure") packages"
for run in $(seq "$runs"); do
    cold_buildit
    ! has mmdebstrap || cold_mmdebstrap
done
if has mmdebstrap; then
    report "$what" "$work/toolchain.buildit" 'mmdebstrap --variant=extract' "$work/toolchain.peer" 1.0
else
    alone "$what" "$work/toolchain.buildit" mmdebstrap "'apt-get install mmdebstrap' and run this again"
fi
forget "$work/mmdebstrap" "$work/cold"
