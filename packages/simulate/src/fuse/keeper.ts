import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** The process that keeps a mount. */
export interface Keeper {
  /** Once the kernel has asked for something. */
  readonly asked: Promise<undefined>;
  /** Once it has ended and the mount is gone; with what went wrong, or nothing. */
  readonly ended: Promise<string>;
  /** Hands on the kernel's requests, cut anywhere. */
  onRequests(take: (chunk: Buffer) => void): void;
  /** Has it unmount and end. */
  end(): void;
}

const OPTIONS = 'fd=3,rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other,nosuid,nodev,noexec';

/**
 * Mounts $2, hands on the requests of the device (3), and unmounts at SIGTERM or when somebody else ended the connection.
 * The forced unmount ends it even when threads of the process that serves wait for it, and so keep the device open.
 */
const SCRIPT = `
reader=
leave() {
  [ -z "$reader" ] || kill "$reader" 2>/dev/null
  umount -c -i -f -l -- "$2"
  exit $?
}
trap 'leave "$@"' TERM
mount -i -t fuse -o ${OPTIONS} -- "$1" "$2" || exit
cat <&3 3<&- 2>/dev/null &
reader=$!
exec 3<&-
wait "$reader"
leave "$@"`;

/**
 * Starts a process that mounts the folder `path` with an open `/dev/fuse`, and unmounts it when this process ends, however
 * that ends. Reading the device in this process would hold a thread of its pool, which its file calls wait for, and keep
 * it from exiting. What interrupts this process at a terminal does not reach a process of another session.
 */
export function startKeeper(device: number, name: string, path: string): Keeper {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'sh', '-c', SCRIPT, 'sh', name, path], {
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe', device],
    detached: true,
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the keeper of the mount has no pipes');
  const asked = Promise.withResolvers<undefined>();
  const ended = Promise.withResolvers<string>();
  stdout.once('data', () => asked.resolve(undefined));
  const said = text(stderr);
  child.once('error', (error) => ended.resolve(error.message));
  child.once('exit', (code, signal) => {
    stdout.destroy();
    void said.then((words) =>
      ended.resolve(code === 0 ? '' : `failed with ${code ?? signal}: ${words.trim().replace(/\s*\n\s*/g, ' ')}`),
    );
  });
  return {
    asked: asked.promise,
    ended: ended.promise,
    onRequests: (take) => void stdout.on('data', take),
    end: () => void child.kill(),
  };
}
