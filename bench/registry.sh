# A push to a registry of this machine: a container that has not changed, and one with another line in nginx.conf. What moves is counted by the registry itself.

. "$bench/sharing.sh"

# uploads: what the registry has taken since it was asked last, by its own log: "blob" and "manifest", a line each.
uploads() {
    tail -n "+$((${told:-0} + 1))" "$requests" | sed -n 's|.*http.request.method=PUT http.request.remoteaddr=[^ ]* http.request.uri="\?/v2/[^ ]*/\(blobs\)/uploads/.*http.response.status=201.*|\1|p
        s|.*http.request.method=PUT http.request.remoteaddr=[^ ]* http.request.uri="\?/v2/[^ ]*/\(manifests\)/.*http.response.status=201.*|\1|p'
    told=$(wc -l < "$requests")
}

# free_port: one that nobody listens at.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

if ! has docker-registry; then
    echo "push to a registry: docker-registry is not installed; 'apt-get install docker-registry' and run this again"
    return 0
fi
port=$(free_port)
requests=$work/registry.log
cat > "$work/registry.yml" << END
version: 0.1
log: {level: info, formatter: text}
storage: {filesystem: {rootdirectory: '$work/registry'}}
http: {addr: '127.0.0.1:$port', secret: bench}
END
docker-registry serve "$work/registry.yml" > "$requests" 2>&1 &
server=$!
until grep -q 'listening on' "$requests"; do kill -0 "$server" || { cat "$requests" >&2; exit 1; }; sleep 0.05; done

root=$(dirname -- "$bench")
workspace team "url: 'oci://127.0.0.1:$port/team/bin'" "$root/pkgs"
cp -R "$root/containers/nginx-prod" "$work/team"
push() { "$buildit" -C "$work/team" nginx-prod --push -o "$work/team/out"; }
took "$work/registry.first" push
uploads > "$work/moved"
printf '%-34s %8.2f s  %s\n' 'push to a registry, all of it' "$(median "$work/registry.first")" "$(sort "$work/moved" | uniq -c | xargs)"
took "$work/registry.again" push
uploads > "$work/moved"
printf '%-34s %8.2f s  %s blobs moved (goal 0)\n' 'push to a registry, unchanged' "$(median "$work/registry.again")" "$(grep -c blobs "$work/moved" || :)"
for run in $(seq "$runs"); do
    configuration=$(find "$work/team/nginx-prod" -name nginx.conf | head -n 1)
    echo "# changed, run $run" >> "$configuration"
    took "$work/registry.changed" push
    uploads > "$work/moved"
done
stop
seq 15 | awk '{ print 1.8 }' > "$work/registry.goal"
report 'push to a registry, nginx.conf changed' "$work/registry.changed" 'the goal' "$work/registry.goal" 1.0
printf '%-34s %s\n' '  of which moved the last time' "$(sort "$work/moved" | uniq -c | xargs)"
forget "$work/registry" "$work/team"
