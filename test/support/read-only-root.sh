#!/bin/sh
# A command as in the container: a root of its own that is read-only, user 65532 without a name, a home or a
# capability, process 1 of its own process namespace. Run as root by `unshare --mount --pid --fork`.
#   read-only-root.sh ROOT APP STATE NODE COMMAND...
# ROOT: an empty folder that becomes the root. APP, STATE: what is at /app and at /var/lib/audit-lanes.
set -eu
root=$1 app=$2 state=$3 node=$4
shift 4
PATH=$PATH:/usr/sbin:/sbin

mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$root"
mkdir "$root/usr" "$root/etc" "$root/dev" "$root/proc" "$root/tmp" "$root/app" "$root/opt" "$root/home" \
  "$root/var" "$root/var/lib" "$root/var/lib/audit-lanes"

# The machine's libraries stand in for the base image's.
mount --bind /usr "$root/usr"
mount -o remount,bind,ro "$root/usr"
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -h "/$name" ]; then
    cp -P "/$name" "$root/$name"
  elif [ -d "/$name" ]; then
    mkdir "$root/$name"
    mount --bind "/$name" "$root/$name"
    mount -o remount,bind,ro "$root/$name"
  fi
done
for name in hosts resolv.conf nsswitch.conf ld.so.cache; do
  if [ -e "/etc/$name" ]; then cp -L "/etc/$name" "$root/etc/$name"; fi
done
: >"$root/etc/passwd"
for name in null zero random urandom; do
  : >"$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/tmp"

: >"$root/opt/node"
mount --bind "$node" "$root/opt/node"
ln -s /app/dist/src/cli/audit-lanes.js "$root/opt/audit-lanes"
mount --bind "$app" "$root/app"
mount -o remount,bind,ro "$root/app"
mount --bind "$state" "$root/var/lib/audit-lanes"
mount -o remount,ro "$root"

# The order to die with the parent is lost when the user changes: it is given afterwards.
exec chroot "$root" /usr/bin/env PATH=/opt:/usr/bin:/bin setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs --bounding-set=-all \
  --inh-caps=-all setpriv --pdeathsig KILL sh -c 'cd /app && exec "$@"' - "$@"
