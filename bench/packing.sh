# A large tree into an OCI layout: packages in the store, nothing compressed yet. Against umoci and buildah, which pack the same tree.

pack_buildit() {
    forget "$work/out" "$BUILDIT_STORE/layers"
    took "$work/packing.$1" "$buildit" -C "$bench" "containers/large-$1" --type oci -o "$work/out"
}

umoci_pack() {
    umoci init --layout "$work/umoci" && umoci new --image "$work/umoci:tree" && umoci unpack $rootless --image "$work/umoci:tree" "$work/bundle" &&
        rm -rf "$work/bundle/rootfs" && mv "$work/tree" "$work/bundle/rootfs" &&
        umoci repack --image "$work/umoci:tree" "$work/bundle" && mv "$work/bundle/rootfs" "$work/tree"
}

# buildah FORMAT
buildah_pack() {
    buildah="buildah --storage-driver vfs --root $work/buildah --runroot $work/buildah.run"
    container=$($buildah from scratch) && $buildah add -q "$container" "$work/tree" / && $buildah commit -q "$container" tree &&
        $buildah push -q --disable-compression=false --compression-format "$1" tree "oci:$work/buildah.oci:tree"
}

rootless=
[ "$(id -u)" = 0 ] || rootless=--rootless
"$buildit" -C "$bench" containers/large-gzip --type tar -o "$work/out" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
mkdir "$work/tree"
tar -xpf "$work"/out/*.tar -C "$work/tree"
size="$(du -sm "$work/tree" | cut -f 1) MB"
peers=
for peer in umoci buildah; do
    if has "$peer"; then peers="$peers $peer"; else echo "packing: $peer is not installed; 'apt-get install $peer' and run this again"; fi
done
for run in $(seq "$runs"); do
    for format in gzip zstd; do
        pack_buildit $format
        for peer in $peers; do
            [ "$peer $format" = 'umoci zstd' ] || { forget "$work/umoci" "$work/bundle" "$work/buildah" "$work/buildah.run" "$work/buildah.oci"; took "$work/packing.$peer.$format" ${peer}_pack $format; }
        done
    done
done
# This umoci knows gzip only.
[ ! -e "$work/packing.umoci.gzip" ] || cp "$work/packing.umoci.gzip" "$work/packing.umoci.zstd"
for format in gzip zstd; do
    for peer in $peers; do
        case "$format $peer" in 'zstd umoci') goal=0.35 ;; 'gzip umoci') goal=0.5 ;; *) goal=0.3 ;; esac
        report "packing $size, $format" "$work/packing.$format" "$peer" "$work/packing.$peer.$format" $goal
    done
    [ -n "$peers" ] || printf '%-34s %8.2f s\n' "packing, $format" "$(median "$work/packing.$format")"
done
if [ -x /usr/bin/time ]; then
    forget "$work/out" "$BUILDIT_STORE/layers"
    /usr/bin/time -f '%M' -o "$work/peak" "$buildit" -C "$bench" containers/large-zstd --type oci -o "$work/out" > "$work/log" 2>&1
    awk '{ printf "%-34s %8.0f MB  (goal 200 MB)\n", "  its peak memory, zstd", $1 / 1024 }' "$work/peak"
fi
forget "$work/umoci" "$work/bundle" "$work/tree" "$work/out" "$work/buildah" "$work/buildah.run" "$work/buildah.oci"
