#!/bin/sh -eu
# Makes the ELF files beside this script (Debian 12's gcc, x86-64). They are checked in, as tests must not need a compiler.
cd "$(dirname "$0")"
flags='-nostdlib -s -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,--hash-style=gnu -fno-asynchronous-unwind-tables -Wl,--no-as-needed'
echo 'int f(void){return 1;}' > l.c
echo 'void _start(void){for(;;);}' > e.c
gcc $flags -shared -fPIC l.c -o libdep.so.2 -Wl,-soname,libdep.so.2
gcc $flags -shared -fPIC l.c -o libtiny.so.1 -Wl,-soname,libtiny.so.1 -Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN/private:/opt/lib' libdep.so.2
gcc $flags -pie -fPIE e.c -o program -Wl,--disable-new-dtags -Wl,-rpath,/opt/lib libtiny.so.1 libdep.so.2 -Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2 -Wl,-rpath-link,.
gcc $flags -static e.c -o static
gcc $flags -c e.c -o object.o
gcc $flags -m32 -shared -fPIC l.c -o lib32.so -Wl,-soname,lib32.so.1
rm l.c e.c libdep.so.2
