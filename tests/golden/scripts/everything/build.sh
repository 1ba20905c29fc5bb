#!/bin/sh
set -eu
umask 022
phase() { printf '%s\n' "phase $1" >> /out/status; printf '==> %s\n' "$1"; }
run() { name=$1; shift; phase "$name"; cd /build/src; /bin/sh -eu "/src/phases/$name" "$@"; }
mkdir -p "$HOME" /build/src /out/root
phase unpack
mkdir -p '/build/src'
tar -x --no-same-owner -f /src/sources/00 -C '/build/src'
mkdir -p '/build/extra'
tar -x --no-same-owner -f /src/sources/01 -C '/build/extra'
phase patch
cd /build/src
printf 'patch %s\n' '01-one.patch' >> /out/status; echo 'applying 01-one.patch'
patch --batch --forward --fuzz=0 --no-backup-if-mismatch -p1 -i '/src/patches/01-one.patch'
printf 'patch %s\n' '02-odd_name_.patch' >> /out/status; echo 'applying 02-odd_name_.patch'
patch --batch --forward --fuzz=0 --no-backup-if-mismatch -p0 -i '/src/patches/02-odd_name_.patch'
run prepare
run configure "$@"
run build
run check
run install
phase manifest
cd /out/root
chmod -R u+rwX .
find . -mindepth 1 -printf '%y %m %n %i %P\0' > /out/manifest
printf 'done\n' >> /out/status
