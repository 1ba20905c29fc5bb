# A large tree into an OCI layout: packages in the store, nothing compressed yet. Against umoci, which packs the same tree.

pack_buildit() {
    forget "$work/out" "$BUILDIT_STORE/layers"
    took "$work/packing.$1" "$buildit" -C "$bench" "containers/large-$1" -o "$work/out"
}

umoci_pack() {
    umoci init --layout "$work/umoci" && umoci new --image "$work/umoci:tree" && umoci unpack $rootless --image "$work/umoci:tree" "$work/bundle" &&
        rm -rf "$work/bundle/rootfs" && mv "$work/tree" "$work/bundle/rootfs" &&
        umoci repack --image "$work/umoci:tree" "$work/bundle" && mv "$work/bundle/rootfs" "$work/tree"
}

rootless=
[ "$(id -u)" = 0 ] || rootless=--rootless
"$buildit" -C "$bench" containers/large-gzip -o "$work/out" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
if has umoci; then
    umoci unpack $rootless --image "$(echo "$work"/out/*.oci):latest" "$work/unpacked" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    mv "$work/unpacked/rootfs" "$work/tree"
    size="$(du -sm "$work/tree" | cut -f 1) MB"
fi
for run in $(seq "$runs"); do
    pack_buildit gzip
    pack_buildit zstd
    ! has umoci || { forget "$work/umoci" "$work/bundle"; took "$work/packing.peer" umoci_pack; }
done
for format in gzip zstd; do
    if has umoci; then
        report "packing $size, $format" "$work/packing.$format" 'umoci init, new, unpack, repack' "$work/packing.peer" 0.5
    else
        alone "packing, $format" "$work/packing.$format" umoci "'apt-get install umoci' and run this again"
    fi
done
forget "$work/umoci" "$work/bundle" "$work/tree" "$work/unpacked" "$work/out"
