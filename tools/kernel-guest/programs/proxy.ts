import { execFile } from 'node:child_process';
import * as files from 'node:fs/promises';
import { promisify } from 'node:util';
import { createBatcher, createProxyAttester, createTsmAttester, newInstance } from '@assay/attest';
import { createProxyApp, createQuoteLine, type ProxyGrant, serveApp } from '@assay/server';
import { serialiseEnvelope } from '@assay/verify/evidence';
import { put } from '../../tsm-conformance/steps.ts';
import type { SignerFault } from '../contract.ts';
import { REPORTS, setFault, startSigner } from '../inside/provider.ts';
import { report } from '../inside/report.ts';
import { serveTasks } from '../inside/serve.ts';

const SOCKET = '/run/tdx-attestation-proxy.sock';
const PORT = 8081;
const NOBODY = 65_534;
const clock = (): Date => new Date();

startSigner();
// Emulated hardware is slow, and nobody is to be turned away for being many.
const attester = createQuoteLine(createTsmAttester({ timeoutMs: 200_000 }), { clock, timeoutMs: 200_000 });
const batcher = createBatcher(attester, { instance: newInstance(), clock });
const rate = { burst: 100_000, perSecond: 100_000, peers: 10 };
const log = { write: () => undefined };
const granting = (grant: ProxyGrant) => createProxyApp({ attester, batcher, limiter: () => 0, grantOf: () => grant });
await serveApp(granting('anyone'), { place: { host: '0.0.0.0', port: PORT }, log, rate });
await serveApp(granting('raw'), { place: { socket: SOCKET }, log, rate });

/** A program that tries to open the socket, and says how that came out. */
const KNOCK = `require('net').connect('${SOCKET}')
  .on('connect', function () { console.log('connected'); this.destroy(); })
  .on('error', ({ code }) => console.log(code))`;

serveTasks({
  fault: async (fault: SignerFault | null) => setFault(fault),

  /** As strangers on the port, all at once; nonces in hex. QEMU forwards only a few connections at a time. */
  statements: (nonces: readonly string[]) =>
    Promise.all(
      nonces.map(async (nonce) => {
        const answer = await fetch(`http://127.0.0.1:${PORT}/attestation?nonce=${nonce}`);
        const text = await answer.text();
        if (answer.status !== 200) throw new Error(text);
        return text;
      }),
    ),

  /** As root on the socket, all at once and each a caller of its own; report data in hex. */
  quotes: (reportData: readonly string[]) =>
    Promise.all(
      reportData.map(async (hex) => {
        const own = createProxyAttester({ endpoint: SOCKET, timeoutMs: 200_000 });
        return serialiseEnvelope(await own.evidence({ reportData: Buffer.from(hex, 'hex') }));
      }),
    ),

  /** The same past the proxy, as another user of configfs. */
  reports: (reportData: readonly string[]) => Promise.all(reportData.map(report)),

  /** How users of these ids reach the socket. */
  knock: () =>
    Promise.all(
      [0, NOBODY].map(async (id) => {
        const { stdout } = await promisify(execFile)('/bin/node', ['-e', KNOCK], { uid: id, gid: id });
        return stdout.trim();
      }),
    ),

  /** Writes other report data into the folder of the quote that is late, and lets the signer go on. */
  intrude: async () => {
    let folders: readonly string[] = [];
    while (folders.length === 0) folders = await files.readdir(REPORTS);
    const others = new Uint8Array(64).fill(0xee);
    const written = folders.map((folder) => put(files, `${REPORTS}/${folder}`, others));
    setFault(null);
    await Promise.all(written);
    return folders.length;
  },

  folders: () => files.readdir(REPORTS),
});
