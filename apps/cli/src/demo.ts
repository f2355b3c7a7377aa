import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIntelVendor, makeExhibit } from '@assay/simulate';
import { buildStatement, statementDigest } from '@assay/verify/binding';
import { toHex, utf8 } from '@assay/verify/codec';
import { serialiseEnvelope } from '@assay/verify/evidence';
import { writeDirectory, writeWhole } from './collateral/directory.ts';
import { processIo } from './io.ts';
import { run } from './program.ts';
import { COLOURED, PLAIN } from './table/style.ts';

// `npm start`: a software TD makes evidence, and the command judges it as anyone would.
const now = new Date();
const folder = await mkdtemp(join(tmpdir(), 'assay-demo-'));

// What a relying party has: a challenge of its own, and the key that its peer showed in TLS.
const nonce = randomBytes(32).toString('hex');
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = publicKey.export({ type: 'spki', format: 'der' });
const peerKey = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', spki)));

// What the attester says of itself; the digest of it is what the quote carries.
const statement = buildStatement({
  type: 'attestation',
  instance: randomBytes(16).toString('hex'),
  nonce,
  aud: null,
  issuedAt: Math.floor(now.getTime() / 1000),
  keys: [{ use: 'tls', spkiSha256: peerKey }],
  claims: {},
});
const mrTd = randomBytes(48);
const vendor = await createIntelVendor({ now, randomBytes });
const { evidence, collateral, rootPem } = await makeExhibit(vendor, {
  quote: { body: 'td10', report: { mrTd, reportData: await statementDigest(statement) } },
});

const policy = `# What must run, and how its word is tied to it.
releases:
  - name: demo
    measurements:
      mrtd: "${mrTd.toString('hex')}"
binding:
  profile: assay/1
  type: attestation
`;
const files = Object.entries(collateral).map(
  ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
);
await writeDirectory(join(folder, 'collateral'), new Map(files));
await writeWhole(join(folder, 'evidence.json'), utf8(serialiseEnvelope({ tee: 'tdx', evidence, statement })));
await writeWhole(join(folder, 'root.pem'), utf8(rootPem));
await writeWhole(join(folder, 'policy.yaml'), utf8(policy));

const io = processIo();
const style = io.colour ? COLOURED : PLAIN;
const path = (name: string): string => join(folder, name);
const options = ['--policy', path('policy.yaml'), '--nonce', nonce, '--peer-key', peerKey];
const trust = ['--collateral', path('collateral'), '--root-ca', path('root.pem')];
const verify = ['verify', path('evidence.json'), ...trust, '--allow-simulated', ...options];

io.stdout(`A software TEE has made evidence, signed by a vendor that stands in for Intel. Judge it:

${style.bold(shellCommand(verify))}

`);
process.exitCode = await run(verify, io);
io.stdout(`
${style.bold('What happened')}  The quote was checked down to the root certificate that the command names; the TD is the
release of the policy, it answered this nonce, and it speaks for the key that the peer showed.

${style.bold('What to try')}    · leave out --allow-simulated: simulated evidence proves nothing, and is refused
               · change a digit of --nonce, of --peer-key, or of mrtd in the policy: one layer fails, and says why
               · npx assay inspect ${path('evidence.json')}
               · npx assay --help
`);

/** The command as it is typed, an option on each line. */
function shellCommand(args: readonly string[]): string {
  const lines = args.map((arg) => (arg.startsWith('--') ? ` \\\n    ${arg}` : ` ${arg}`));
  return `npx assay${lines.join('')}`;
}
