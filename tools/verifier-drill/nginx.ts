import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { DrillFolder } from './instance.ts';

const PROGRAM = '/usr/sbin/nginx';

/** Why there is no nginx here. */
export const withoutNginx: string | undefined = existsSync(PROGRAM) ? undefined : 'no nginx: npm run setup:system';

/** What stands before instances. `connection` closes at once: each request finds an instance that lives. */
const configuration = (folder: DrillFolder, port: number, instances: readonly number[]): string => `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder.path('nginx.pid')};
error_log ${folder.path('nginx.log')} error;
events { worker_connections 1024; }
http {
  access_log off;
  client_max_body_size 2m;
  client_body_buffer_size 2m;
  client_body_temp_path ${folder.path('bodies')};
  proxy_temp_path ${folder.path('proxied')};
  fastcgi_temp_path ${folder.path('fastcgi')};
  uwsgi_temp_path ${folder.path('uwsgi')};
  scgi_temp_path ${folder.path('scgi')};
  upstream verifiers {
    ${instances.map((instance) => `server 127.0.0.1:${instance} max_fails=1 fail_timeout=1s;`).join('\n    ')}
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://verifiers;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;

/** nginx at a port, before instances of the verifier at theirs. */
export async function startNginx(
  folder: DrillFolder,
  port: number,
  instances: readonly number[],
): Promise<{ readonly origin: string } & AsyncDisposable> {
  await writeFile(folder.path('nginx.conf'), configuration(folder, port, instances));
  const args = ['-p', folder.path(''), '-e', folder.path('nginx.log'), '-c', folder.path('nginx.conf')];
  const server = spawn(PROGRAM, args, { stdio: 'ignore' });
  await reachable(port, server);
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
    },
  };
}

const ATTEMPTS = 200;

/** nginx does not say when it listens. */
async function reachable(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS && server.exitCode === null; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    const opened = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (opened) return;
    await pause(25);
  }
  throw new Error('nginx does not listen');
}
