import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBase64, type JsonObject, parseJson, parseJsonObject, toHex, utf8 } from '@assay/verify/codec';
import { beforeAll, describe, expect, test } from 'vitest';
import { compose, composePath, startPodmanService } from './container/compose.ts';
import { type Container, runContainer, waitUntilSaid } from './container/container.ts';
import { BASE_IMAGE, buildImage, IMAGE } from './container/image.ts';
import { makeVolume, podman, podmanWorks } from './container/podman.ts';

/** What the image adds to Node's: the command, and what it depends on. */
const MAX_BYTES = 45_000_000;

const SIMULATES = { ready: /SIMULATED/ };
const SERVES = /attester +http/;
const INFO = '{"version":"0.1.0","name":"oauth3","build_info":null}';

/** Milliseconds for a container to start on a machine that runs other tests, too. */
const timeout = 300_000;

describe.skipIf(!podmanWorks)('the image, built and run by Podman (npm run setup:system, as root)', { timeout }, () => {
  beforeAll(buildImage, 1_200_000);

  test('runs assay serve on port 8080, as the user who may open every socket of a launcher', async () => {
    const config = parseJsonObject(await inspect(IMAGE, '{{json .Config}}'));
    expect(config).toMatchObject({ Entrypoint: ['assay'], Cmd: ['serve'], StopSignal: 'SIGTERM' });
    expect(config.ExposedPorts).toEqual({ '8080/tcp': {} });
    expect(config.User ?? '').toBe('');
  });

  test("has labels that hold to the launcher's spelling, and let an operator change little", async () => {
    const labels = parseJsonObject(await inspect(IMAGE, '{{json .Config.Labels}}'));
    const policy = Object.entries(labels).filter(([name]) => name.startsWith('tee.'));
    expect(Object.fromEntries(policy)).toEqual({
      'tee.launch_policy.allow_env_override': 'ASSAY_URL,ASSAY_AUDIENCES,ASSAY_PUBLIC_TOKEN',
      'tee.launch_policy.allow_cmd_override': 'false',
      'tee.launch_policy.log_redirect': 'debugonly',
    });
  });

  test('has the packages that run, and nothing of those that build', async () => {
    const listing = `const names = require('fs').readdirSync('/opt/assay', { recursive: true });
      console.log(JSON.stringify(names))`;
    const paths = parseJson(await podman(['run', '--rm', '--entrypoint=node', IMAGE, '-e', listing])) as string[];
    expect(paths).toEqual(expect.arrayContaining(['apps/cli/dist/main.js', 'packages/server/dist/swagger-ui/LICENSE']));
    const installed = paths.flatMap((path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/@.]+)$/.exec(path)?.[1] ?? []);
    expect(installed).toEqual(expect.arrayContaining(['hono', '@assay/cli']));
    expect(installed.filter((name) => /typescript|vitest|vite$|workerd|playwright|^node-/.test(name))).toEqual([]);
    // Installed on the platform that the image is for: nothing of another one.
    const native = paths.filter((path) => /\.(node|so|exe)$/.test(path));
    expect(native.filter((path) => !path.endsWith(`.linux-${process.arch}-gnu.node`))).toEqual([]);
    const own = paths.filter((path) => !/(^|\/)node_modules\//.test(path));
    expect(own.filter((path) => /(^|\/)src(\/|$)|\.test\.|\.d\.ts$|\.map$|tsbuildinfo|tsconfig/.test(path))).toEqual(
      [],
    );
  });

  test('keeps neither the settings nor the store of the npm that built it', async () => {
    const search = `const { readdirSync } = require('fs');
      const names = ['/opt', '/root', '/run', '/etc', '/home', '/tmp'].flatMap((top) => {
        try { return readdirSync(top, { recursive: true }).map((name) => top + '/' + name) } catch { return [] }
      });
      console.log(JSON.stringify(names.filter((name) => /npmrc|_cacache|_logs|[.]package-lock[.]json|secrets[/]/.test(name))))`;
    expect(parseJson(await podman(['run', '--rm', '--entrypoint=node', IMAGE, '-e', search]))).toEqual([]);
    const history = await podman(['history', '--no-trunc', '--format={{.CreatedBy}}', IMAGE]);
    expect(history).toContain('COPY');
    expect(history).not.toMatch(/npmrc|registry|CERTIFICATE/);
  });

  test("adds less than 45 megabytes to Node's", async () => {
    const [image, base] = await Promise.all([IMAGE, BASE_IMAGE].map((name) => inspect(name, '{{.Size}}')));
    expect(Number(image) - Number(base)).toBeGreaterThan(0);
    expect(Number(image) - Number(base)).toBeLessThan(MAX_BYTES);
  });

  test('beside a simulated guest of dstack answers /info, /attestation and /health, and stops on SIGTERM', async () => {
    await using volume = await makeVolume();
    const simulation = ['--network=none', `--volume=${volume.name}:/simulator`];
    const simulate = ['simulate', 'dstack', '--directory', '/simulator'];
    await using simulator = await runContainer(simulate, { ...SIMULATES, options: simulation });
    const environment = ['--env=ASSAY_NAME=oauth3', '--env=ASSAY_VERSION=0.1.0'];
    await using app = await serveWith([`--volume=${volume.name}:/run/dstack:ro`, ...environment]);

    await answersAsDstack(await app.origin());
    await expect(podman(['healthcheck', 'run', app.name])).resolves.toBe('');
    expect(await app.stop()).toBe(0);
    expect(await simulator.stop()).toBe(0);
  });

  test('opens the socket of a simulated launcher of Confidential Space that root alone may open, and answers with the claims of its token', async () => {
    await using volume = await makeVolume();
    const simulation = ['--network=none', `--volume=${volume.name}:/simulator`];
    const simulate = ['simulate', 'google', '--directory', '/simulator'];
    await using simulator = await runContainer(simulate, { ...SIMULATES, options: simulation });
    await podman(['exec', simulator.name, 'chmod', '0700', '/simulator/teeserver.sock']);
    const launcher = [`--volume=${volume.name}:/run/container_launcher:ro`, '--env=ASSAY_PUBLIC_TOKEN=true'];
    await using app = await serveWith(launcher);

    const origin = await app.origin();
    expect(await json(`${origin}/`)).toMatchObject({ confidential_space_detected: true });
    expect(await json(`${origin}/attestation`)).toMatchObject({
      attestation: {
        hardware: { hwmodel: 'GCP_AMD_SEV', secboot: true },
        container: { image_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
        gce: { zone: expect.any(String) },
      },
      raw_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
    expect(await app.stop()).toBe(0);
    expect(await simulator.stop()).toBe(0);
  });

  test.skipIf(composePath === undefined)(
    'started by docker-compose answers the same (Compose: npm run setup:system)',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'assay-compose-'));
      const project = `assay-test-${process.pid}`;
      try {
        await using service = await startPodmanService(folder);
        const environment = { DOCKER_HOST: service.host, ASSAY_PORT: '0' };
        const up = (...args: string[]) => compose(['-p', project, ...args], environment);
        try {
          await up('up', '--detach', '--no-build', 'simulator');
          // As systemd does for Podman: the app waits for it.
          await waitUntilSaid(`${project}-simulator-1`, SIMULATES.ready);
          await podman(['healthcheck', 'run', `${project}-simulator-1`]);
          await up('up', '--detach', '--no-build');
          await waitUntilSaid(`${project}-app-1`, SERVES);
          await answersAsDstack(`http://${await up('port', 'app', '8080')}`);
          await up('stop', '--timeout', '10');
          const codes = await podman([
            'inspect',
            '--format={{.State.ExitCode}}',
            `${project}-app-1`,
            `${project}-simulator-1`,
          ]);
          expect(codes.split('\n')).toEqual(['0', '0']);
        } finally {
          await up('down', '--volumes', '--timeout', '10');
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});

function inspect(image: string, format: string): Promise<string> {
  return podman(['image', 'inspect', `--format=${format}`, image]);
}

function serveWith(options: readonly string[]): Promise<Container> {
  return runContainer([], { options: ['--publish=127.0.0.1::8080', ...options], ready: SERVES });
}

async function text(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { accept: 'application/json' } });
  expect([url, answer.status]).toEqual([url, 200]);
  return answer.text();
}

const json = async (url: string): Promise<JsonObject> => parseJsonObject(await text(url));

async function answersAsDstack(origin: string): Promise<void> {
  const info = await text(`${origin}/info`);
  expect(info).toBe(INFO);
  const { quote, eventLog, vmConfig } = await json(`${origin}/attestation`);
  expect([typeof eventLog, typeof vmConfig]).toEqual(['string', 'string']);
  // The second step of a client: the quote's report data begin with the hash of what /info answers.
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(info)));
  expect(toHex(fromBase64(String(quote)).subarray(568, 632))).toBe(toHex(digest).padEnd(128, '0'));
  await text(`${origin}/health`);
}
