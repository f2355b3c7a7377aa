"""A peer of libtorrent: TORRENT FOLDER [PORT]. Prints its port, connects to PORT, prints "complete" once all is there."""
import sys
import time

import libtorrent as lt

torrent, folder, *other = sys.argv[1:]
session = lt.session({
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "allow_multiple_connections_per_ip": True,
    "out_enc_policy": lt.enc_policy.disabled,
    "in_enc_policy": lt.enc_policy.disabled,
})
params = lt.add_torrent_params()
params.ti = lt.torrent_info(torrent)
params.save_path = folder
params.trackers = []
handle = session.add_torrent(params)
handle.replace_trackers([])
while session.listen_port() == 0 or handle.status().state in (lt.torrent_status.checking_files, lt.torrent_status.checking_resume_data):
    time.sleep(0.05)
print(session.listen_port(), flush=True)
if other:
    handle.connect_peer(("127.0.0.1", int(other[0])))
while not handle.status().is_seeding:
    time.sleep(0.05)
print("complete", flush=True)
# Until it is told to stop.
sys.stdin.read()
