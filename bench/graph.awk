# Writes a graph of packages twice: as recipes below DIR/pkgs and as expressions of Nix below DIR/nix. Each package has five dependencies among the 500 before
# it, a source, and files of its own; 'top/all' needs whatever nobody else does. awk -v count=10000 -v dir=DIR -f graph.awk
function random(limit) { state = state * 16807 % 2147483647; return state % limit }     # the same numbers with every awk
function digest(    i, hex) { hex = ""; for (i = 0; i < 8; i++) hex = hex sprintf("%08x", random(2147483647)); return hex }
function category(i) { return "cat" i % 50 }

function write(i, name, group, needs, names, hash,    file) {
    file = dir "/pkgs/" group "/" name "/pkg.yaml"
    printf "name: %s\nsummary: Package number %d\nlicense: MIT\nversions:\n  1.%d:\n    sources:\n", name, i, i > file
    printf "      - url: https://example.invalid/%s-1.%d.tar.gz\n        sha256: %s\n", name, i, hash > file
    printf "needs:\n  libs: [%s]\n", needs > file
    printf "use:\n  ssl: {default: on, description: TLS, configure: [--with-ssl]}\nconfigure: [--prefix=/usr]\n" > file
    printf "build:\n  configure: ./configure \"$@\"\n  build: make -j\"$JOBS\"\n  install: make install DESTDIR=\"$OUTPUT\"\n" > file
    close(file)
    file = dir "/nix/" name ".nix"
    printf "all: derivation {\n  name = \"%s-1.%d\"; system = \"x86_64-linux\"; builder = \"/bin/sh\";\n", name, i > file
    printf "  src = derivation { name = \"%s-1.%d.tar.gz\"; system = \"builtin\"; builder = \"builtin:fetchurl\";\n", name, i > file
    printf "    url = \"https://example.invalid/%s-1.%d.tar.gz\"; outputHashAlgo = \"sha256\"; outputHashMode = \"flat\"; outputHash = \"%s\"; };\n", name, i, hash > file
    printf "  buildInputs = [%s]; configureFlags = [ \"--prefix=/usr\" \"--with-ssl\" ];\n", names > file
    printf "  configurePhase = \"./configure $configureFlags\"; buildPhase = \"make -j$JOBS\"; installPhase = \"make install\";\n}\n" > file
    close(file)
}

BEGIN {
    state = 1
    for (i = 0; i < count; i++) {
        directories = directories " " dir "/pkgs/" category(i) "/p" i
        if (i % 500 == 499 || i == count - 1) { system("mkdir -p " dir "/nix " dir "/pkgs/top/all" directories); directories = "" }
    }
    for (i = 0; i < count; i++) {
        needs = names = ""
        split("", chosen)
        for (n = 0; n < 5 && n < i; n++) {
            do { j = i - 1 - random(i < 500 ? i : 500) } while (j in chosen)
            chosen[j] = used[j] = 1
            needs = needs (n ? ", " : "") category(j) "/p" j
            names = names " all.p" j
        }
        write(i, "p" i, category(i), needs, names, digest())
        printf "  p%d = import ./p%d.nix all;\n", i, i > dir "/nix/packages"
    }
    needs = names = ""
    for (i = 0; i < count; i++) if (!(i in used)) { needs = needs (needs == "" ? "" : ", ") category(i) "/p" i; names = names " all.p" i }
    write(count, "all", "top", needs, names, digest())
    print "let all = {" > dir "/nix/default.nix"
    close(dir "/nix/packages")
    while ((getline line < (dir "/nix/packages")) > 0) print line > dir "/nix/default.nix"
    print "}; in import ./all.nix all" > dir "/nix/default.nix"
    print "recipes: [./pkgs]" > dir "/.buildit-config.yaml"
}
