#!/bin/sh
set -eu
umask 022
phase() { printf '%s\n' "phase $1" >> /out/status; printf '==> %s\n' "$1"; }
run() { name=$1; shift; phase "$name"; cd /build/src; /bin/sh -eu "/src/phases/$name" "$@"; }
mkdir -p "$HOME" /build/src /out/root
phase unpack
run install
phase strip
cd /out/root
chmod -R u+rwX .
if command -v strip > /dev/null; then
    find . -type f -size +3c | LC_ALL=C sort > /build/.files
    while IFS= read -r file; do
        case $(head -c 4 "$file" | od -An -tx1 | tr -d ' \n') in
        7f454c46)
            chmod u+w "$file"
            case $(od -An -tx1 -j16 -N1 "$file" | tr -d ' \n') in
            01) strip --strip-debug --enable-deterministic-archives "$file" ;;
            *)
                if objdump -h "$file" | grep -q ' \.debug_info '; then
                    debug=/out/root/usr/lib/debug/${file#./}.debug
                    mkdir -p "$(dirname "$debug")"
                    objcopy --only-keep-debug --compress-debug-sections "$file" "$debug"
                    chmod 644 "$debug"
                    strip --strip-unneeded "$file"
                    (cd "$(dirname "$debug")" && objcopy --add-gnu-debuglink="${debug##*/}" "/out/root/${file#./}")
                else
                    strip --strip-unneeded "$file"
                fi ;;
            esac ;;
        213c6172) chmod u+w "$file"; strip --strip-debug --enable-deterministic-archives "$file" ;;
        esac
    done < /build/.files
fi
phase manifest
cd /out/root
chmod -R u+rwX .
find . -mindepth 1 -printf '%y %m %n %i %P\0' > /out/manifest
printf 'done\n' >> /out/status
