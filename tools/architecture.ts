import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { calls, type ModuleRequest, moduleRequests } from './syntax.ts';

/** Packages and apps, lowest first: a layer may import those before it. */
export const LAYERS = [
  'verify',
  'attest',
  'simulate',
  'measure',
  'store',
  'tunnel',
  'plan',
  'server',
  'explorer',
  'tracker',
  'oracle',
  'kettle',
  'cli',
];

/** Folders of `verify` that hold one TEE each. */
export const TEES = ['sgx', 'tdx', 'snp', 'confidential-space'];

/** Folders of `verify` that every TEE shares: they must not name one. */
export const SHARED = [
  'codec',
  'crypto',
  'endorsements',
  'evidence',
  'dcap',
  'event-log',
  'dstack',
  'binding',
  'policy',
  'memory',
  'verdict',
  'bundle',
  'recognise',
];

/** What `verify` may import beside itself, so that it stays small and runs everywhere. */
const VERIFY_DEPENDENCIES = ['@noble/secp256k1', '@noble/hashes/sha3.js'];

/** The one file of `verify` that may know Node. */
const NODE_CRYPTO = 'packages/verify/src/crypto/node.ts';

/** A request with what it resolves to. */
interface Import {
  readonly path: string;
  readonly layer: string;
  readonly specifier: string;
  /** Path within the repository, of a relative import. */
  readonly target: string | undefined;
}

/** What an import breaks, or undefined. */
type Rule = (request: Import) => string | undefined;

/** The package or app of a path like `packages/verify/src/index.ts`. */
export const layerOf = (path: string): string => path.split('/')[1] ?? '';

/** The folder in `verify/src` of a path, or undefined for another package's. */
export const folderOf = (path: string): string | undefined =>
  /^packages\/verify\/src\/([^/]+)\//.exec(path)?.[1] ?? undefined;

const downwards: Rule = ({ layer, specifier }) => {
  const name = /^@assay\/([^/]+)/.exec(specifier)?.[1];
  if (name === undefined) return undefined;
  if (!LAYERS.includes(name)) return 'no such layer';
  return LAYERS.indexOf(name) < LAYERS.indexOf(layer) ? undefined : 'imports point downwards only';
};

const insidePackage: Rule = ({ path, target }) => {
  const home = path.split('/').slice(0, 3).join('/');
  return target === undefined || target.startsWith(`${home}/`) ? undefined : 'relative imports stay in their package';
};

/** Addresses and absolute paths would get around every other rule. */
const knownKind: Rule = ({ layer, specifier }) => {
  if (specifier === '#crypto' && layer === 'verify') return undefined;
  if (isBuiltin(specifier) || /^(\.{1,2}\/|@?[a-z0-9])[^:\\]*$/i.test(specifier)) return undefined;
  return 'not a relative path, a package or a Node module';
};

const portable: Rule = ({ path, layer, specifier, target }) => {
  if (layer !== 'verify') return undefined;
  if (isBuiltin(specifier)) return path === NODE_CRYPTO ? undefined : 'verify knows Node in crypto/node.ts only';
  if (target === NODE_CRYPTO) return 'verify reaches crypto/node.ts through #crypto only';
  if (target !== undefined || specifier === '#crypto' || specifier.startsWith('@assay/')) return undefined;
  return VERIFY_DEPENDENCIES.includes(specifier) ? undefined : `verify imports only ${VERIFY_DEPENDENCIES.join(', ')}`;
};

const teeBlind: Rule = ({ path, target }) => {
  if (target === undefined || !SHARED.includes(folderOf(path) ?? '')) return undefined;
  // The folder itself counts too: an import may leave out its index file.
  return TEES.includes(folderOf(`${target}/`) ?? '') ? 'shared code of verify names no TEE' : undefined;
};

const noHttpFramework: Rule = ({ layer, specifier }) =>
  LAYERS.indexOf(layer) < LAYERS.indexOf('server') && /^(hono|@hono)(\/|$)/.test(specifier)
    ? 'nothing below server knows an HTTP framework'
    : undefined;

const RULES: readonly Rule[] = [downwards, insidePackage, knownKind, portable, teeBlind, noHttpFramework];

function check(path: string, { specifier, text }: ModuleRequest): readonly string[] {
  if (specifier === undefined) return [`${path} imports ${text}: a computed import cannot be checked`];
  const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
  const broken = RULES.map((rule) => rule({ path, layer: layerOf(path), specifier, target }));
  return broken.filter((reason) => reason !== undefined).map((reason) => `${path} imports ${specifier}: ${reason}`);
}

/** Time and randomness are parameters of `verify`, so that a verdict can be had again. */
const AMBIENT =
  /(^|\.)(Date\.now|Math\.random|getRandomValues|randomUUID|performance\.now|generateKey)\(|(^new |^)Date\(\)$/;

function ambient(path: string, source: string): readonly string[] {
  if (layerOf(path) !== 'verify') return [];
  const found = calls(path, source).filter((call) => AMBIENT.test(call));
  return found.map((call) => `${path} calls ${call}: verify has no clock and no randomness of its own`);
}

/** What one source file breaks, one sentence each. `path` is relative to the repository, with slashes. */
export function violations(path: string, source: string): readonly string[] {
  return [...moduleRequests(path, source).flatMap((request) => check(path, request)), ...ambient(path, source)];
}
