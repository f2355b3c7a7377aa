import { AssayError } from '@assay/verify';

/** What the unit starts, and who reaches its socket. */
export interface ProxyUnitOptions {
  /** The program, an absolute path, and its arguments, such as `/usr/bin/assay proxy --config /etc/assay/proxy.yaml`. */
  readonly command: readonly string[];
  /** Group of the Unix socket besides root; default `root`. */
  readonly rawGroup?: string | undefined;
}

/** How the unit is called; its journal is `journalctl -u tdx-attestation-proxy`. */
export const PROXY_UNIT = 'tdx-attestation-proxy.service';

/**
 * The text of the systemd unit. It runs as root, whom alone the kernel lets into configfs-TSM, without any capability: as
 * the owner of its folders root needs none. Memory stays writable and executable, since the engine compiles what it runs.
 * Throws `usage` for a command or group that no unit can hold.
 */
export function proxyUnit({ command, rawGroup = 'root' }: ProxyUnitOptions): string {
  if (!command[0]?.startsWith('/')) throw wrong('command', 'an absolute path first');
  if (!/^[a-z_][a-z0-9_-]{0,30}$/.test(rawGroup)) throw wrong('rawGroup', 'the name of a group');
  return `[Unit]
Description=TDX attestation proxy
Wants=sys-kernel-config.mount modprobe@tdx_guest.service
After=network.target sys-kernel-config.mount modprobe@tdx_guest.service

[Service]
Type=exec
ExecStart=${command.map(quoted).join(' ')}
Restart=on-failure
RestartSec=2
TimeoutStopSec=15
User=root
Group=${rawGroup}
UMask=0077

# A TDX quote takes a folder in configfs, and the socket lies in /run: nothing else is written.
ProtectSystem=strict
ReadWritePaths=/run -/sys/kernel/config
ProtectHome=yes
PrivateTmp=yes

CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
# The socket is given to its group.
SystemCallFilter=@chown
SystemCallErrorNumber=EPERM

# The guest's device stays visible, which the status tells of, and closed.
DevicePolicy=closed
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
KeyringMode=private

# Statements in memory are bounded; so are files and threads.
MemoryMax=512M
TasksMax=64
LimitNOFILE=16384
LimitCORE=0

[Install]
WantedBy=multi-user.target
`;
}

/** One argument as systemd reads it back: quoted, without specifiers or variables. */
function quoted(argument: string): string {
  if (/\p{Cc}/u.test(argument)) throw wrong('command', 'arguments without control characters');
  const escaped = argument.replace(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

function wrong(field: string, expected: string): AssayError {
  return new AssayError('usage', `${field}: expected ${expected}`, { field });
}
