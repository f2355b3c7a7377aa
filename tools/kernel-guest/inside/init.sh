#!/bin/busybox sh
# The first process of the guest: brings up the kernel's parts, and runs the test's program.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run

# Nobody who forgets a guest has it for ever.
(sleep 900 && poweroff -f) &

for module in configfs qemu_fw_cfg failover net_failover virtio_net tsm; do
  insmod /modules/$module.ko || poweroff -f
done
mount -t configfs configfs /sys/kernel/config
mkdir /sys/kernel/config/tsm/report/early 2>/run/without-provider
insmod /modules/tsm_simulated.ko || poweroff -f

ip link set lo up
ip address add 10.0.2.15/24 dev eth0
ip link set eth0 up

node /programs/program.mjs
poweroff -f
